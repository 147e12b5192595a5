// What is run for one entry of the table, and what came of it.
#pragma once
#include <algorithm>
#include <optional>
#include <string>

#include "harts/report/seeded_bugs.h"

namespace stampede::bench {

// A kernel under one schedule, with one seed: the unit of work, and of resuming.
struct Cell {
    std::string bug;       // a seeded bug's name, or clean_kernel
    std::string schedule;  // as --schedule takes it, or fuzzer
    unsigned seed = 1;     // where the seeds of its runs begin

    // The kernel, as --policy takes it.
    [[nodiscard]] std::string policy() const {
        const auto known = std::ranges::find(seeded_bugs(), bug, &SeededBug::name);
        return known != seeded_bugs().end() ? known->policy() : bug;
    }
    friend auto operator<=>(const Cell&, const Cell&) = default;
};

inline constexpr const char* fuzzer =
    "fuzzer";  // in the place of a schedule: what libFuzzer's programs find
inline constexpr const char* clean_kernel = "kmem";  // in the place of a bug: must find nothing

// How far the findings of the run that found something can be shown again.
struct Again {
    unsigned findings = 0;    // different ones
    unsigned repeatable = 0;  // that have a replay file
    unsigned tried = 0;       // of these, that were replayed
    unsigned replayed = 0;    // of these, that every replay showed

    friend bool operator==(const Again&, const Again&) = default;
};

struct CellResult {
    Cell cell;
    bool found = false;
    std::string kind = {};  // of the first finding: the oracle; else empty
    std::string mode = {};  // "plain" or "race": the run that found it
    std::string title = {};
    std::string workload = {};  // of that run
    double cpu_s = 0;           // until found; else all that was spent
    unsigned runs = 0;
    std::optional<Again> again = {};  // nothing: not found, or `stress` has no replays
    double again_cpu_s = 0;           // for searching and replaying; not in cpu_s
    std::string problem = {};         // the last run that ended as none should; else empty

    friend bool operator==(const CellResult&, const CellResult&) = default;
};

}  // namespace stampede::bench
