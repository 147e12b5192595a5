// What a fuzz target and libFuzzer print, as data.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "harts/base/types.h"
#include "harts/report/forms/oracle_list.h"

namespace stampede::campaign {

// A line such as `#17390 DONE cov: 12 ft: 8360 corp: 753/91Kb lim: 4096 exec/s: 1086 rss: 69Mb`.
// What it does not say is nothing.
struct FuzzerStatus {
    u64 executions = 0;
    std::string event;  // INITED, NEW, REDUCE, pulse, RELOAD, DONE
    std::optional<u64>
        coverage;  // cov: edges of the host program; a target without instrumentation has none
    std::optional<u64> features;        // ft:
    std::optional<u64> corpus_entries;  // corp:
    std::optional<u64> per_second;      // exec/s:
};
[[nodiscard]] std::optional<FuzzerStatus> parse_fuzzer_status(std::string_view line);

// Of `-print_final_stats=1`: `stat::number_of_executed_units: 17390`.
[[nodiscard]] std::optional<u64> parse_executed_units(std::string_view line);

// Of `-merge=1`, at its end: `MERGE-OUTER: 567 new files with 8356 new features added; …`. Gives
// the files.
[[nodiscard]] std::optional<u64> parse_merged_files(std::string_view line);

// What the target itself says when it begins: `oracles: console, audit; off: races (…)`.
[[nodiscard]] std::optional<std::vector<OracleReport>> parse_oracles_line(std::string_view line);

// Why a target that found nothing has ended: the assertion or the summary among its last lines,
// without addresses; may be empty.
[[nodiscard]] std::string crash_reason(std::string_view output);

}  // namespace stampede::campaign
