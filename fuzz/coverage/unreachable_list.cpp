#include "fuzz/coverage/unreachable_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace stampede::fuzz {

Result<UnreachableList> UnreachableList::parse(std::string_view text, const std::string& name) {
    constexpr std::string_view separator = " | ";
    UnreachableList list;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        const std::size_t end = line.find(separator);
        if (end == 0 || end == std::string_view::npos || end + separator.size() == line.size()) {
            return error(
                fmt::format("{}:{}: found '{}', expected FUNCTION | REASON", name, number, line));
        }
        if (!list.functions.emplace(line.substr(0, end)).second) {
            return error(fmt::format("{}:{}: found {} again, expected it once", name, number,
                                     line.substr(0, end)));
        }
    }
    return list;
}

Result<std::vector<FunctionCoverage>> UnreachableList::leave_out(
    const std::vector<FunctionCoverage>& all) const {
    std::set<std::string> used;
    std::vector<FunctionCoverage> left;
    for (const FunctionCoverage& function : all) {
        FunctionCoverage rest{function.folder, function.function, function.file, {}, {}};
        for (const Edge& edge : function.edges) {
            const std::string& why =
                functions.contains(function.function) ? function.function : edge.leads_to();
            if (functions.contains(why)) {
                used.insert(why);
            } else {
                rest.share.add(edge);
                rest.edges.push_back(edge);
            }
        }
        if (!rest.edges.empty()) {
            left.push_back(std::move(rest));
        }
    }
    for (const std::string& listed : functions) {
        if (!used.contains(listed)) {
            return error(
                fmt::format("{} is listed as unreachable: expected a function that has a branch or "
                            "that one leads to",
                            listed));
        }
    }
    const u64 edges = total_of(all).edges, out = edges - total_of(left).edges;
    if (const double percent =
            100.0 * static_cast<double>(out) / static_cast<double>(std::max<u64>(edges, 1));
        percent > most_left_out) {
        return error(
            fmt::format("{} of {} edges are listed as unreachable, {:.1f} %; expected at most {} %",
                        out, edges, percent, most_left_out));
    }
    return left;
}

}  // namespace stampede::fuzz
