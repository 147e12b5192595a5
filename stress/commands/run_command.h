// A run of a workload, or a shell, from its setup to its reports.
#pragma once
#include "stress/plan.h"
#include "stress/replay/finding_replays.h"
#include "stress/replay/trials.h"
#include "stress/run/interrupts.h"

namespace stampede {

// As run_guest(), with a line on the terminal that tells how far it is.
[[nodiscard]] Result<RunOutcome> run_workload(const RunSetup& setup, const Options& options,
                                              ConsoleLog& console, Interrupts& interrupts);

// The replay files of what a run found, as far as it is a workload's: its own where it repeats,
// else as --search finds them. `trials` are there where plan.search_time() is.
[[nodiscard]] ReplaysByTitle find_replays(const Plan& plan, const RunOutcome& outcome,
                                          std::optional<Trials>& trials,
                                          const Interrupts& interrupts);

// Of a run's findings, those that repeat get the replay files of their folders made smaller; each
// an equal share of the time.
void minimize_findings(const Plan& plan, const RunReport& report, const ReplaysByTitle& replays,
                       Trials& trials, const Interrupts& interrupts);

// `trials` are there where plan.needs_trials().
[[nodiscard]] ExitStatus run_once(const Plan& plan, std::optional<Trials>& trials,
                                  Interrupts& interrupts);

}  // namespace stampede
