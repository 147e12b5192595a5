#include "harts/guests/workloads.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "harts/report/table_text.h"

namespace stampede {
namespace {

constexpr char built_in[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed STAMPEDE_WORKLOADS
#pragma clang diagnostic pop
    , '\0'};

constexpr std::string_view file = "kernel/user/workloads.txt";
constexpr std::string_view no_properties = "-";

struct Kind {
    WorkloadKind kind;
    std::string_view name, folder;  // of kernel/user/
};
constexpr Kind kinds[] = {
    {WorkloadKind::Test, "test", "tests"},
    {WorkloadKind::Torture, "torture", "torture"},
    {WorkloadKind::Bench, "bench", "bench"},
};

struct Flag {
    std::string_view word;
    bool Workload::* member;
};
constexpr Flag flags[] = {
    {"traps", &Workload::provokes_traps},
    {"shares", &Workload::shares_pages},
    {"needs-sharing", &Workload::needs_sharing},
    {"killed", &Workload::is_killed},
    {"needs-own-calls", &Workload::needs_own_calls},
    {"takes-all-memory", &Workload::takes_all_memory},
    {"bears-failures", &Workload::bears_failures},
};

struct Number {
    std::string_view word;
    u64 Workload::* member;
};
constexpr Number numbers[] = {
    {"batch", &Workload::batch},
    {"megabytes", &Workload::megabytes},
};

const Kind& kind_of(WorkloadKind kind) { return *std::ranges::find(kinds, kind, &Kind::kind); }

std::string refusal_of(std::string_view word) {
    std::vector<std::string> known;
    for (const Flag& flag : flags) {
        known.emplace_back(flag.word);
    }
    for (const Number& number : numbers) {
        known.push_back(fmt::format("{}=N", number.word));
    }
    return fmt::format("property `{}`: expected some of {}, or {} alone", word,
                       fmt::join(known, ", "), no_properties);
}

// Empty: it is one.
std::string take_property(std::string_view word, Workload& workload) {
    if (const auto flag = std::ranges::find(flags, word, &Flag::word); flag != std::end(flags)) {
        workload.*flag->member = true;
        return "";
    }
    const std::size_t equals = std::min(word.find('='), word.size());
    const auto number = std::ranges::find(numbers, word.substr(0, equals), &Number::word);
    if (number == std::end(numbers)) {
        return refusal_of(word);
    }
    const std::string_view digits = word.substr(std::min(equals + 1, word.size()));
    u64 value = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc() || end != digits.data() + digits.size() || value == 0) {
        return fmt::format("property `{}`: expected a number from 1 behind `=`", word);
    }
    workload.*number->member = value;
    return "";
}

// Error: what is wrong, without its place.
std::expected<Workload, std::string> workload_of(const TableRow& row) {
    Workload workload;
    workload.name = row.fields[0];
    workload.description = row.fields[3];
    const auto kind = std::ranges::find(kinds, row.fields[1], &Kind::name);
    if (kind == std::end(kinds)) {
        return std::unexpected(
            fmt::format("kind `{}`: expected test, torture or bench", row.fields[1]));
    }
    workload.kind = kind->kind;
    for (const std::string_view word :
         listed_words(row.fields[2] == no_properties ? "" : row.fields[2])) {
        if (std::string wrong = take_property(word, workload); !wrong.empty()) {
            return std::unexpected(std::move(wrong));
        }
    }
    return workload;
}

}  // namespace

std::string_view name_of(WorkloadKind kind) { return kind_of(kind).name; }

std::filesystem::path Workload::source() const {
    return std::filesystem::path("kernel/user") / kind_of(kind).folder / (name + ".cpp");
}

std::string Workload::properties() const {
    std::vector<std::string_view> words;
    for (const Flag& flag : flags) {
        if (this->*flag.member) {
            words.push_back(flag.word);
        }
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

Result<std::vector<Workload>> parse_workloads(std::string_view text) {
    const auto rows = table_rows(text, 4, file);
    if (!rows) {
        return std::unexpected(rows.error());
    }
    std::vector<Workload> all;
    for (const TableRow& row : *rows) {
        auto workload = workload_of(row);
        if (!workload) {
            return std::unexpected(row.wrong(file, workload.error()));
        }
        if (std::ranges::find(all, workload->name, &Workload::name) != all.end()) {
            return std::unexpected(row.wrong(file, fmt::format("{} stands twice", workload->name)));
        }
        all.push_back(std::move(*workload));
    }
    return all;
}

const std::vector<Workload>& workloads() {
    static const std::vector<Workload> all = right_or_abort(parse_workloads(built_in));
    return all;
}

const Workload* workload_named(std::string_view name) {
    const auto workload = std::ranges::find(workloads(), name, &Workload::name);
    return workload != workloads().end() ? &*workload : nullptr;
}

}  // namespace stampede
