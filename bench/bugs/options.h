// The command line of bench_bugs.
#pragma once
#include <string>
#include <vector>

#include "bench/bugs/cell.h"
#include "bench/support/usage.h"
#include "harts/base/error.h"
#include "harts/report/seeded_bugs.h"

namespace stampede::bench {

struct BugOptions {
    double seconds = 60;      // CPU time of a cell
    unsigned seeds = 3;       // 1 to N
    std::string bugs = ".*";  // names that this matches as a whole
    std::vector<std::string> schedules{"parallel", "random", "pct:3", fuzzer};
    std::vector<std::string> modes{"plain", "race"};  // that the runs of a cell have in turn
    std::string named = "parallel";                   // the schedule that the share is asked for
    unsigned cpus = 8;                                // harts; the fuzzer's have 2
    unsigned jobs = 1;                                // cells at once; default: the host's cores
    unsigned search = 60;                             // seconds for a repeatable schedule; 0: none
    unsigned times = 3;                               // that each finding is replayed
    double clean_factor = 1;                          // of the longest cell, for the good kernel
    std::string out;                                  // JSON lines; empty: nothing is kept
    bool resume = false;

    // Of what results depend on: results of another one cannot be gone on with.
    [[nodiscard]] std::string configuration() const;
    [[nodiscard]] std::vector<SeededBug> chosen_bugs() const;
    // Bug by bug, without the good kernel's.
    [[nodiscard]] std::vector<Cell> cells() const;
};

[[nodiscard]] std::expected<BugOptions, UsageExit> parse_bug_options(int argc,
                                                                     const char* const* argv);

}  // namespace stampede::bench
