// `--fail-allocations`: what it runs and writes.
#pragma once
#include "stress/plan.h"
#include "stress/replay/trials.h"
#include "stress/run/interrupts.h"

namespace stampede {

// Each allocation fails in turn; one report of all runs, and in repeatable ones a replay of each
// finding. `trials` are there where plan.needs_trials().
[[nodiscard]] ExitStatus run_each_failure(const Plan& plan, std::optional<Trials>& trials,
                                          Interrupts& interrupts);

}  // namespace stampede
