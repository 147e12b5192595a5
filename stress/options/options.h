// The command line of `stress`.
#pragma once
#include <chrono>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harts/base/types.h"
#include "harts/machine/machine.h"
#include "harts/report/replay/hart_runs.h"
#include "harts/schedule/schedule_spec.h"

namespace stampede {

enum class ExitStatus : int { Passed = 0, Unusable = 1, Findings = 2, HostLacks = 3, Interrupted = 130 };

enum class Task : u8 { Run, Shell, List };

inline constexpr std::string_view shell_name = "shell";  // in the place of a workload: the guest's console

struct Options {
    Task task = Task::Run;
    std::string workload;                            // may be unknown
    unsigned cpus = 0;
    u64 memory = u64{128} << 20;                     // bytes
    u64 seed = 0;
    std::chrono::seconds duration{10};               // of guest time
    std::optional<u64> operations;
    std::optional<std::chrono::seconds> timeout;     // of host time
    TimeMode time = TimeMode::Host;
    bool race = false;                               // race detection
    std::optional<std::string> suppressions;         // a file of rules for races; path
    ScheduleSpec schedule;                           // who runs when
    std::optional<u64> schedule_seed;                // default: seed
    std::vector<HartRun> runs;                       // of a replay file that has them: instead of the schedule
    std::string policy = "kmem";                     // may be unknown
    std::string append;
    std::optional<u64> fail_allocation;              // this one fails, counted from 1 from when the workload begins
    bool fail_allocations = false;                   // each in turn, a run each
    u64 max_findings = 0;
    std::optional<std::string> findings_folder, json, sarif, junit, console, trace;  // paths
    std::optional<std::string> replay;               // a replay file or a finding's folder
    u64 times = 1;                                   // that it is replayed
    bool minimize = false;
    std::optional<std::chrono::seconds> search;      // how long for a schedule that repeats what a parallel run found
    std::set<std::string> given;                     // names, without dashes, of the options that were given

    // The hard limit: as given, else a minute more than the duration. A shell has none unless it is given.
    [[nodiscard]] std::optional<std::chrono::seconds> time_limit() const;
    [[nodiscard]] u64 seed_of_schedule() const { return schedule_seed.value_or(seed); }
    // Every option that has a part in a run, by its long name without dashes, defaults too.
    [[nodiscard]] std::map<std::string, std::string> texts() const;
    // What the guest is told beside the workload's name.
    [[nodiscard]] std::string words() const;
    // What runs the same again: everything that has a part in it, none of the files to write.
    [[nodiscard]] std::vector<std::string> rerun(const std::string& program) const;
};

// What the command line asked for instead of a run: text that goes to stdout where the status is Passed, else to
// stderr.
struct EarlyExit {
    ExitStatus status = ExitStatus::Unusable;
    std::string text;
};

[[nodiscard]] std::expected<Options, EarlyExit> parse_options(int argc, const char* const* argv);

}  // namespace stampede
