// What is known of one run when it is over: the JSON form is `stampede.run/1`.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/types.h"
#include "harts/report/finding.h"
#include "harts/report/forms/inferred_part.h"
#include "harts/report/forms/oracle_list.h"

namespace stampede {

enum class Verdict : u8 { Passed, Findings, Interrupted, Error };
// "passed", "findings", "interrupted", "error".
[[nodiscard]] std::string_view name_of(Verdict verdict);

struct HostInfo {
    unsigned cores = 0;  // that this process may run on
    std::string model;   // the processor's name; empty where the host does not tell
    // Reads /proc/cpuinfo and the process's affinity.
    [[nodiscard]] static HostInfo of_this_host();
};

struct FrameTotals {
    u64 total = 0;
    u64 free_before = 0;
    u64 free_after = 0;
    u64 peak = 0;  // in use at once
};

struct CopyOnWriteTotals {
    u64 copied = 0;
    u64 taken_over = 0;
    u64 oom_kills = 0;
};

// One workload of a run that has several, one after another.
struct WorkReport {
    std::string line;      // the workload, or what was typed at the guest's shell
    std::string schedule;  // where it had another than the run as a whole; else empty
    Verdict verdict = Verdict::Passed;
    double wall_s = 0;  // seconds
    u64 operations = 0;
    std::vector<std::string> titles;  // of its findings, those of earlier ones too

    // As lists name it: "forkbomb", "forkbomb, random:50".
    [[nodiscard]] std::string name() const {
        return schedule.empty() ? line : line + ", " + schedule;
    }
};

struct RunReport {
    std::vector<std::string> command;  // argv as it was given
    std::string version;               // the harness's own
    HostInfo host;
    std::map<std::string, std::string>
        options;  // every option that took part, by its long name without dashes, defaults too
    Verdict verdict = Verdict::Passed;
    int exit_status = 0;            // the command's
    double wall_s = 0;              // seconds
    double cpu_s = 0;               // seconds of host processor, user and system, all threads
    std::vector<u64> instructions;  // retired, by hart
    std::map<std::string, u64> operations;  // workload's name: operations done
    std::vector<WorkReport> works;          // where there are several; else empty
    FrameTotals frames;
    CopyOnWriteTotals cow;
    std::vector<Finding> findings;
    std::map<std::string, u64> suppressed;  // rule: findings that it held back
    std::vector<OracleReport> oracles;      // who watched it, and who could not
    std::vector<InferredPart> inferred;     // of a kernel that tells nothing of itself
    std::string schedule,
        schedule_summary;  // of a repeatable run: what was asked for, and what it says of itself
    u64 turns = 0;         // of one hart after another
    std::optional<u64>
        state_hash;     // of the machine at the end, where it must be the same each time
    std::string error;  // why there was no run, with Verdict::Error
};

}  // namespace stampede
