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
#include "harts/report/replay/hart_runs.h"
#include "stress/options/forms.h"

namespace stampede {

enum class ExitStatus : int {
    Passed = 0,
    Unusable = 1,
    Findings = 2,
    HostLacks = 3,
    Interrupted = 130
};

enum class Task : u8 { Run, Shell, List, Explain, CheckUp };

// in the place of a workload: the guest's console
inline constexpr std::string_view shell_name = "shell";
// likewise: everything that finds bugs, in turn
inline constexpr std::string_view check_up_name = "check-up";

namespace forms {

// A member an option. Names of workloads and policies may be unknown.
struct Values {
#define OPTION(member, name, shape, form, initial, ...) form::Value member{initial};
#include "stress/options/options.inc"
#undef OPTION
};

}  // namespace forms

struct Options : forms::Values {
    Task task = Task::Run;
    std::vector<HartRun> runs;    // of a replay file that has them: instead of the schedule
    std::set<std::string> given;  // names, without dashes, of the options that were given

    // Whether the kernel is somebody's own.
    [[nodiscard]] bool is_foreign() const { return xv6 || kernel_file; }
    // The hard limit: as given, else a minute more than the duration. A shell has none unless it is
    // given.
    [[nodiscard]] std::optional<std::chrono::seconds> time_limit() const;
    [[nodiscard]] u64 seed_of_schedule() const { return schedule_seed.value_or(seed); }
    // With the values that follow from others, where none was given.
    [[nodiscard]] Options complete() const;
    // Every option that has a part in a run, by its long name without dashes, defaults too.
    [[nodiscard]] std::map<std::string, std::string> texts() const;
    // What the guest is told beside the workload's name.
    [[nodiscard]] std::string words() const;
    // What runs the same again: everything that has a part in it, none of the files to write.
    [[nodiscard]] std::vector<std::string> rerun(const std::string& program) const;
};

// What the command line asked for instead of a run: text that goes to stdout where the status is
// Passed, else to stderr.
struct EarlyExit {
    ExitStatus status = ExitStatus::Unusable;
    std::string text;
};

[[nodiscard]] std::expected<Options, EarlyExit> parse_options(int argc, const char* const* argv);

}  // namespace stampede
