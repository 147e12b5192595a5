#include "bench/bugs/seeded_bug.h"

#include <algorithm>

namespace stampede::bench {
namespace {

constexpr char built_in[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed STAMPEDE_SEEDED_BUGS
#pragma clang diagnostic pop
    , '\0'};

constexpr std::size_t columns = 8, name = 0, bug_class = 2, depth = 4, workload = 5;

std::vector<std::string> split(std::string_view text, std::string_view separator) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + separator.size());
    }
}

}  // namespace

std::vector<SeededBug> parse_seeded_bugs(std::string_view text) {
    std::vector<SeededBug> all;
    for (const std::string& line : split(text, "\n")) {
        const auto fields = split(line, " | ");
        if (!line.starts_with('#') && fields.size() == columns)
            all.push_back({fields[name], fields[bug_class], fields[depth], fields[workload]});
    }
    return all;
}

const std::vector<SeededBug>& seeded_bugs() {
    static const std::vector<SeededBug> all = parse_seeded_bugs(built_in);
    return all;
}

}  // namespace stampede::bench
