#include "stress/replay/outcome_message.h"

#include "harts/report/forms/json.h"

namespace stampede {
namespace {

// What is copied as it lies in memory, one after the other.
template <class Outcome, class Do>
void each_number(Outcome& outcome, Do with) {
    with(outcome.end), with(outcome.exit_status), with(outcome.operations);
    with(outcome.wall_s), with(outcome.cpu_s);
    with(outcome.frames), with(outcome.cow), with(outcome.processes_peak);
    with(outcome.audited), with(outcome.allocation_failed);
    with(outcome.system_calls), with(outcome.switches), with(outcome.turns_taken),
        with(outcome.state_hash);
}

}  // namespace

void put_outcome(Wire& wire, const RunOutcome& outcome) {
    each_number(outcome, [&](const auto& number) { wire.put_number(number); });
    wire.put_all(outcome.instructions);
    wire.put_all(outcome.schedule);
    wire.put_number(outcome.findings.size());
    for (const Finding& finding : outcome.findings) {
        wire.put_all(finding_json(finding));
    }
    wire.put_number(outcome.suppressed.size());
    for (const auto& [rule, number] : outcome.suppressed) {
        wire.put_all(rule);
        wire.put_number(number);
    }
    wire.put_number(outcome.oracles.size());
    for (const OracleReport& oracle : outcome.oracles) {
        wire.put_all(oracle.name);
        wire.put_all(oracle.why_off);
    }
    wire.put_number(outcome.inferred.size());
    for (const InferredPart& part : outcome.inferred) {
        wire.put_all(part.name);
        wire.put_number(part.found);
        wire.put_all(part.how);
    }
}

RunOutcome take_outcome(Wire& wire) {
    RunOutcome outcome;
    each_number(outcome, [&](auto& number) { wire.take_number(number); });
    wire.take_all(outcome.instructions);
    wire.take_all(outcome.schedule);
    std::size_t findings = 0, rules = 0, oracles = 0, parts = 0;
    wire.take_number(findings);
    for (std::string text; wire.good() && findings != 0; --findings) {
        wire.take_all(text);
        if (Result<Finding> finding = parse_finding(text, "a trial")) {
            outcome.findings.push_back(std::move(*finding));
        }
    }
    wire.take_number(rules);
    for (std::string rule; wire.good() && rules != 0; --rules) {
        wire.take_all(rule);
        wire.take_number(outcome.suppressed[rule]);
    }
    wire.take_number(oracles);
    for (; wire.good() && oracles != 0; --oracles) {
        OracleReport& oracle = outcome.oracles.emplace_back();
        wire.take_all(oracle.name);
        wire.take_all(oracle.why_off);
    }
    wire.take_number(parts);
    for (; wire.good() && parts != 0; --parts) {
        InferredPart& part = outcome.inferred.emplace_back();
        wire.take_all(part.name);
        wire.take_number(part.found);
        wire.take_all(part.how);
    }
    return outcome;
}

}  // namespace stampede
