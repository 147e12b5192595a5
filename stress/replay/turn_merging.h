// Fewer changes of hart in a list of turns.
#pragma once
#include <span>
#include <vector>

#include "harts/report/replay/hart_runs.h"

namespace stampede {

// The turns with those from `begin` to `end` put together by hart, each hart's at the place of its
// first: every hart still executes as much, in one turn. Turns of one hart that stand next to each
// other then are one.
[[nodiscard]] std::vector<HartRun> merge_turns(std::span<const HartRun> turns, std::size_t begin,
                                               std::size_t end);

}  // namespace stampede
