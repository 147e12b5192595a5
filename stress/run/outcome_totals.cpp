#include "stress/run/outcome_totals.h"

#include <algorithm>

namespace stampede {

void add_totals(RunOutcome& outcome, const RunOutcome& other) {
    outcome.wall_s += other.wall_s;
    outcome.cpu_s += other.cpu_s;
    outcome.operations += other.operations;
    outcome.instructions.resize(std::max(outcome.instructions.size(), other.instructions.size()));
    for (std::size_t n = 0; n < other.instructions.size(); ++n) {
        outcome.instructions[n] += other.instructions[n];
    }
    for (const auto& [rule, number] : other.suppressed) {
        outcome.suppressed[rule] += number;
    }
    std::vector<Finding> findings = other.findings;
    merge_findings(findings, std::move(outcome.findings));
    outcome.findings = std::move(findings);
}

}  // namespace stampede
