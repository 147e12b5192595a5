#include <fmt/format.h>

#include "fuzz/campaign/report/page_parts.h"

namespace stampede::campaign {
namespace {

// By kind of slot, of all kernels and numbers of harts together.
using ByKind = std::map<SlotKind, OracleRecord>;

std::map<std::string, ByKind> gather(const State& state) {
    std::map<std::string, ByKind> all;
    for (const auto& [key, cell] : state.cells) {
        for (const auto& [name, record] : cell.oracles) {
            OracleRecord& sum = all[name][key.kind];
            sum.watched += record.watched;
            sum.off += record.off;
            sum.why_off = record.off != 0 ? record.why_off : sum.why_off;
        }
    }
    return all;
}

// An oracle that a kind of slot does not know at all has an empty cell.
std::string cell_text(const ByKind& by_kind, SlotKind kind) {
    const auto found = by_kind.find(kind);
    if (found == by_kind.end()) {
        return "";
    }
    const auto& [watched, off, why_off] = found->second;
    if (off == 0) {
        return "on";
    }
    const std::string share =
        watched == 0 ? "off" : fmt::format("on in {} of {}", watched, watched + off);
    return fmt::format("{}<br><small class=\"soft\">{}{}</small>", share,
                       watched == 0 ? "" : "else off: ", html(why_off));
}

}  // namespace

std::string oracles_part(const CampaignReport& report) {
    const auto oracles = gather(report.state);
    if (oracles.empty()) {
        return "";
    }
    std::set<SlotKind> kinds;
    for (const auto& [name, by_kind] : oracles) {
        for (const auto& [kind, record] : by_kind) {
            kinds.insert(kind);
        }
    }
    std::string text =
        "<h2>Which oracles watched</h2>\n<div class=\"wide\"><table><tr><th>oracle</th>";
    for (const SlotKind kind : kinds) {
        text += fmt::format("<th>{}</th>", name_of(kind));
    }
    text += "</tr>\n";
    for (const auto& [name, by_kind] : oracles) {
        text += fmt::format("<tr><td>{}</td>", html(name));
        for (const SlotKind kind : kinds) {
            text += "<td>" + cell_text(by_kind, kind) + "</td>";
        }
        text += "</tr>\n";
    }
    return text + "</table></div>\n";
}

}  // namespace stampede::campaign
