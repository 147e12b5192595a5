// A cell: runs with successive seeds until one finds something or the budget is spent, then the
// attempt to show it again.
#pragma once
#include <vector>

#include "bench/bugs/cell.h"
#include "bench/bugs/options.h"

namespace stampede::bench {

// What this `stress` can do beyond running.
struct Abilities {
    bool replays = false;   // --replay, --times
    bool searches = false;  // --search

    [[nodiscard]] static Abilities of_stress();
};

// `workloads` are taken in turn; at least one. `budget_s`: CPU seconds. Any thread. Error: `stress`
// refused.
[[nodiscard]] Result<CellResult> run_cell(const Cell& cell,
                                          const std::vector<std::string>& workloads,
                                          double budget_s, const BugOptions& options,
                                          Abilities abilities);

// The same by the fuzz targets, which need no workloads.
[[nodiscard]] Result<CellResult> run_fuzz_cell(const Cell& cell, double budget_s,
                                               const BugOptions& options);

}  // namespace stampede::bench
