// What came of a run.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harts/oracles/run_facts.h"
#include "harts/oracles/watched.h"
#include "harts/report/forms/run_report.h"
#include "harts/report/replay/hart_runs.h"
#include "stress/run/kernel_totals.h"

namespace stampede {

struct RunOutcome : KernelTotals {
    RunEnd end = RunEnd::Finished;
    std::optional<u32> exit_status;
    std::vector<Finding> findings;
    std::vector<u64> instructions;  // by hart
    u64 operations = 0;
    double wall_s = 0, cpu_s = 0;
    bool audited = false;
    MomentTotals moments;                   // audits at chosen moments
    std::vector<OracleReport> oracles;      // who watched it, and who could not
    std::vector<InferredPart> inferred;     // of a kernel that tells nothing of itself
    std::map<std::string, u64> suppressed;  // rule: findings that it held back
    std::vector<Error> lost;  // console and trace, where they could not be written while it ran
    std::string schedule;     // what a repeatable schedule says of itself
    u64 system_calls = 0;
    u64 switches = 0;               // of a repeatable schedule: changes from one hart to another
    std::vector<HartRun> turns;     // if they were to be kept
    u64 turns_taken = 0;            // of a repeatable schedule
    std::optional<u64> state_hash;  // of the machine at the end, with a repeatable schedule

    [[nodiscard]] bool shows(const std::string& title) const;
    [[nodiscard]] Verdict verdict() const;
};

}  // namespace stampede
