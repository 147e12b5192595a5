#include "stress/commands/outcome_totals.h"

#include <algorithm>

#include "harts/report/merge_findings.h"

namespace stampede {

void add_totals(RunOutcome& outcome, const RunOutcome& other) {
    outcome.wall_s += other.wall_s;
    outcome.cpu_s += other.cpu_s;
    outcome.operations += other.operations;
    outcome.instructions.resize(std::max(outcome.instructions.size(), other.instructions.size()));
    for (std::size_t n = 0; n < other.instructions.size(); ++n) {
        outcome.instructions[n] += other.instructions[n];
    }
    outcome.lost.insert(outcome.lost.end(), other.lost.begin(), other.lost.end());
    for (const auto& [rule, number] : other.suppressed) {
        outcome.suppressed[rule] += number;
    }
    if (outcome.inferred.empty()) {
        outcome.inferred = other.inferred;
    }
    // Which oracles watched one of them watched.
    if (outcome.oracles.empty()) {
        outcome.oracles = other.oracles;
    }
    for (const OracleReport& oracle : other.oracles) {
        const auto same = std::ranges::find(outcome.oracles, oracle.name, &OracleReport::name);
        if (same != outcome.oracles.end() && oracle.on()) {
            same->why_off.clear();
        }
    }
    std::vector<Finding> findings = other.findings;
    merge_findings(findings, std::move(outcome.findings));
    outcome.findings = std::move(findings);
}

}  // namespace stampede
