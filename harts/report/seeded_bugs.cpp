#include "harts/report/seeded_bugs.h"

#include <fmt/format.h>

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

constexpr std::string_view file = "kernel/seeded_bugs/seeded_bugs.txt";

std::expected<std::vector<FindingKind>, std::string> kinds_in(std::string_view field) {
    std::vector<FindingKind> kinds;
    for (const std::string_view word : listed_words(field)) {
        const auto kind = finding_kind_named(word);
        if (!kind) {
            return std::unexpected(
                fmt::format("oracle `{}`: there is no such kind of finding", word));
        }
        kinds.push_back(*kind);
    }
    return kinds;
}

std::expected<unsigned, std::string> depth_in(std::string_view field) {
    unsigned depth = 0;
    const auto [end, failure] = std::from_chars(field.data(), field.data() + field.size(), depth);
    if (failure != std::errc() || end != field.data() + field.size()) {
        return std::unexpected(fmt::format("depth `{}`: expected a number", field));
    }
    return depth;
}

}  // namespace

Result<std::vector<SeededBug>> parse_seeded_bugs(std::string_view text) {
    const auto rows = table_rows(text, 8, file);
    if (!rows) {
        return std::unexpected(rows.error());
    }
    std::vector<SeededBug> all;
    for (const TableRow& row : *rows) {
        const auto kinds = kinds_in(row.fields[3]);
        const auto depth = depth_in(row.fields[4]);
        if (!kinds || !depth) {
            return std::unexpected(row.wrong(file, !kinds ? kinds.error() : depth.error()));
        }
        all.push_back({.name = std::string(row.fields[0]),
                       .replaces = std::string(row.fields[1]),
                       .bug_class = std::string(row.fields[2]),
                       .oracles = *kinds,
                       .depth = *depth,
                       .workload = std::string(row.fields[5]),
                       .passes_cowtest = std::string(row.fields[6]),
                       .description = std::string(row.fields[7])});
    }
    return all;
}

const std::vector<SeededBug>& seeded_bugs() {
    static const std::vector<SeededBug> all = right_or_abort(parse_seeded_bugs(built_in));
    return all;
}

const SeededBug* seeded_bug_of(std::string_view policy) {
    const auto bug = std::ranges::find(seeded_bugs(), policy, &SeededBug::policy);
    return bug != seeded_bugs().end() ? &*bug : nullptr;
}

}  // namespace stampede
