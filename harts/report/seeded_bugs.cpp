#include "harts/report/seeded_bugs.h"

#include <algorithm>
#include <charconv>

#include "harts/report/table_text.h"

namespace stampede {
namespace {

constexpr char built_in[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed STAMPEDE_SEEDED_BUGS
#pragma clang diagnostic pop
    , '\0'};

std::vector<FindingKind> kinds_in(std::string_view text) {
    constexpr std::string_view separator = ", ";
    std::vector<FindingKind> kinds;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (const auto kind = finding_kind_named(text.substr(0, end))) {
            kinds.push_back(*kind);
        }
        text.remove_prefix(std::min(text.size(), end + separator.size()));
    }
    return kinds;
}

unsigned number_in(std::string_view text) {
    unsigned number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

std::vector<SeededBug> parse_seeded_bugs(std::string_view text) {
    std::vector<SeededBug> all;
    for (const auto& row : table_rows(text, 8)) {
        all.push_back({.name = std::string(row[0]),
                       .replaces = std::string(row[1]),
                       .bug_class = std::string(row[2]),
                       .oracles = kinds_in(row[3]),
                       .depth = number_in(row[4]),
                       .workload = std::string(row[5]),
                       .passes_cowtest = std::string(row[6]),
                       .description = std::string(row[7])});
    }
    return all;
}

const std::vector<SeededBug>& seeded_bugs() {
    static const std::vector<SeededBug> all = parse_seeded_bugs(built_in);
    return all;
}

}  // namespace stampede
