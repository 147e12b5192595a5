// `stress --xv6 DIR` without a workload: everything that finds bugs in a kernel, one after another,
// with one verdict.
#pragma once
#include "stress/plan.h"
#include "stress/replay/trials.h"
#include "stress/run/interrupts.h"

namespace stampede {

// What such a run is made of: our test and torture programs that run in this kernel and that a
// right one can pass, but for those that use up all memory, which takes minutes; then its own
// tests, without race detection. Lines for its shell, or our workloads' names.
[[nodiscard]] std::vector<std::string> works_of(const Guest& guest);

// Each in a machine of its own, until one is interrupted or --max-findings are found. `trials` are
// there where plan.needs_trials().
[[nodiscard]] ExitStatus check_up(const Plan& plan, std::optional<Trials>& trials,
                                  Interrupts& interrupts);

}  // namespace stampede
