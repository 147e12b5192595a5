#include "harts/report/forms/oracle_list.h"

namespace stampede {
namespace {

constexpr std::string_view off = "off: ", separator = ", ", before_off = "; ", before_reason = " (";

// Takes what stands in front of `end` off `text`, and `end` with it; all of it where there is no
// `end`.
std::string_view take(std::string_view& text, std::string_view end) {
    const std::size_t at = text.find(end);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
    return taken;
}

void append(std::string& list, const std::string& word) {
    list += (list.empty() ? "" : separator);
    list += word;
}

}  // namespace

std::string oracle_list_text(const std::vector<OracleReport>& oracles) {
    std::string watched, others;
    for (const OracleReport& oracle : oracles) {
        if (oracle.on()) {
            append(watched, oracle.name);
        } else {
            append(others, oracle.name + std::string(before_reason) + oracle.why_off + ")");
        }
    }
    const std::string_view between = watched.empty() || others.empty() ? "" : before_off;
    return watched + std::string(between) + (others.empty() ? "" : std::string(off) + others);
}

std::optional<std::vector<OracleReport>> parse_oracle_list(std::string_view text) {
    std::vector<OracleReport> oracles;
    std::string_view watched = text.starts_with(off) ? std::string_view() : take(text, before_off);
    while (!watched.empty()) {
        oracles.push_back({std::string(take(watched, separator)), ""});
    }
    if (!text.empty() && take(text, off) != "") {
        return std::nullopt;
    }
    while (!text.empty()) {
        const std::string_view name = take(text, before_reason);
        const std::size_t end = text.find(')');
        if (name.empty() || end == std::string_view::npos || end == 0) {
            return std::nullopt;
        }
        oracles.push_back({std::string(name), std::string(text.substr(0, end))});
        text.remove_prefix(end + 1);
        if (!text.empty() && take(text, separator) != "") {
            return std::nullopt;
        }
    }
    return oracles;
}

}  // namespace stampede
