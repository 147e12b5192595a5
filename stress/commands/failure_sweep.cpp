#include "stress/commands/failure_sweep.h"

#include <fmt/format.h>

#include "stress/commands/outcome_totals.h"

#include "harts/report/merge_findings.h"

namespace stampede {
namespace {

// "3, 17, 18 to 40"
std::string ranges_text(const std::vector<u64>& numbers) {
    std::string text;
    for (std::size_t n = 0; n < numbers.size();) {
        std::size_t last = n;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) {
            ++last;
        }
        text += text.empty() ? "" : ", ";
        text += last == n ? std::to_string(numbers[n])
                          : fmt::format("{} to {}", numbers[n], numbers[last]);
        n = last + 1;
    }
    return text;
}

}  // namespace

Result<FailureSweep> sweep_failures(const std::function<Result<RunOutcome>(u64)>& run,
                                    u64 most_findings) {
    FailureSweep sweep;
    for (u64 number = 1; !sweep.complete; ++number) {
        Result<RunOutcome> outcome = run(number);
        if (!outcome) {
            return std::unexpected(outcome.error());
        }
        sweep.complete = !outcome->allocation_failed && outcome->end == RunEnd::Finished;
        sweep.failed += outcome->allocation_failed;
        for (const Finding& finding : outcome->findings) {
            sweep.first_of.try_emplace(finding.title, number);
        }
        if (!outcome->findings.empty()) {
            sweep.with_findings.push_back(number);
        }
        add_totals(*outcome, sweep.outcome);
        sweep.outcome = std::move(*outcome);
        const RunEnd end = sweep.outcome.end;
        const bool never_failed = !sweep.outcome.allocation_failed;  // nor will the next one
        if (end == RunEnd::Interrupted || end == RunEnd::Left || never_failed ||
            sweep.outcome.findings.size() >= most_findings) {
            break;
        }
    }
    return sweep;
}

std::string sweep_text(const FailureSweep& sweep) {
    std::string text =
        sweep.failed == 0
            ? std::string("no allocation failed")
            : fmt::format("allocations 1 to {} failed in turn, a run each{}", sweep.failed,
                          sweep.complete ? "; there are no more" : "; there may be more");
    return text + (sweep.with_findings.empty()
                       ? "; no findings"
                       : "; findings at " + ranges_text(sweep.with_findings));
}

}  // namespace stampede
