// `--fail-allocations`: a workload run again and again, the N-th allocation of a frame failing in
// the N-th run, until a run has fewer.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harts/base/error.h"
#include "stress/run/run.h"

namespace stampede {

struct FailureSweep {
    u64 failed = 0;                       // allocations that failed, one a run
    bool complete = false;                // the workload has no more of them
    std::vector<u64> with_findings;       // the numbers of those whose run had findings
    std::map<std::string, u64> first_of;  // a finding's title: the first number that showed it
    RunOutcome outcome;  // the last run's figures, times and operations of all, findings of all
};

// `run(n)` is a run in which allocation n fails. Ends early when one was interrupted or
// `most_findings` different ones were found. Error: the first run that could not start.
[[nodiscard]] Result<FailureSweep> sweep_failures(const std::function<Result<RunOutcome>(u64)>& run,
                                                  u64 most_findings);

// "allocations 1 to 812 failed in turn, a run each; findings at 3, 17, 18 to 40"
[[nodiscard]] std::string sweep_text(const FailureSweep& sweep);

}  // namespace stampede
