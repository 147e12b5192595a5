// Programs that found something, as replay files (harts/report/replay/replay_file.h): `stress
// --replay` runs them again.
#pragma once
#include <optional>
#include <string>

#include "fuzz/program_runner.h"
#include "harts/report/replay/replay_file.h"
#include "harts/schedule/schedule_spec.h"

namespace stampede::fuzz {

// ReplayFile::time of a program: by instructions
inline constexpr std::string_view program_time = "counted";

// The file that shows `title` again with `setup` and the kernel of `policy`. `schedule`, which is
// repeatable, takes the place of the program's own. Error: the kernel's file cannot be read.
[[nodiscard]] Result<ReplayFile> replay_of(const RunnerSetup& setup, const std::string& policy,
                                           const Program& program,
                                           const std::optional<ScheduleSpec>& schedule,
                                           const std::string& title);

// A file's program, and what it runs under.
struct ProgramReplay {
    Program program;  // its schedule's seed is the file's
    ScheduleSpec schedule;
};
// `file` has a program. Error: begins with `name`, the file's; what was found and what is expected.
[[nodiscard]] Result<ProgramReplay> program_replay(const ReplayFile& file, const std::string& name);

}  // namespace stampede::fuzz
