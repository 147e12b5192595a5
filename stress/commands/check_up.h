// `stress --xv6 DIR` without a workload: everything that finds bugs in a kernel, one after another,
// with one verdict.
#pragma once
#include "stress/plan.h"
#include "stress/replay/trials.h"
#include "stress/run/interrupts.h"

namespace stampede {

// What such a run is made of, one after another: our test and torture programs that run in this
// kernel and that a right one can pass, those that use up all memory without race detection; unless
// a schedule is asked for, the torture programs once more in short turns, for what is wrong between
// two critical sections and seldom met by harts in parallel; then the kernel's own tests, without
// race detection.
[[nodiscard]] std::vector<Options> works_of(const Guest& guest, const Options& asked);

// Each in a machine of its own, until one is interrupted or --max-findings are found. `trials` are
// there where plan.needs_trials().
[[nodiscard]] ExitStatus check_up(const Plan& plan, std::optional<Trials>& trials,
                                  Interrupts& interrupts);

}  // namespace stampede
