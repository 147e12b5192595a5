#include "fuzz/program_replay.h"

#include <fmt/format.h>

#include "fuzz/program/text/text.h"
#include "harts/image/elf_image.h"

namespace stampede::fuzz {

Result<ReplayFile> replay_of(const RunnerSetup& setup, const std::string& policy,
                             const Program& program, const std::optional<ScheduleSpec>& schedule,
                             const std::string& title) {
    const Result<ElfImage> kernel = ElfImage::read(setup.guest.kernel);
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    ReplayFile file;
    file.version = STAMPEDE_VERSION;
    file.build = setup.race != nullptr ? "race" : "plain";
    file.kernel = kernel_hash(*kernel);
    file.policy = policy;
    file.cpus = setup.harts;
    file.memory = setup.memory;
    file.seed = program.schedule.seed;
    file.time = program_time;
    file.program = print(program);
    file.schedule = (schedule ? *schedule : program.schedule.spec()).text();
    file.schedule_seed = program.schedule.seed;
    file.titles = {title};
    return file;
}

Result<ProgramReplay> program_replay(const ReplayFile& file, const std::string& name) {
    const auto refuse = [&](const std::string& why) { return error(name + ": " + why); };
    if (file.time != program_time) {
        return refuse(fmt::format("time {}, expected {} with a program", file.time, program_time));
    }
    if (!file.runs.empty()) {
        return refuse("run: expected none with a program, whose schedule and seed are enough");
    }
    auto program = parse(*file.program);
    if (!program) {
        return refuse("program: " + program.error().message);
    }
    const auto schedule = ScheduleSpec::parse(file.schedule);
    if (!schedule) {
        return refuse(schedule.error().message);
    }
    if (!schedule->repeatable()) {
        return refuse(fmt::format("schedule {}, expected one that repeats", file.schedule));
    }
    if (file.schedule_seed > UINT32_MAX) {
        return refuse(fmt::format("schedule-seed {}, expected a number up to {} with a program",
                                  file.schedule_seed, UINT32_MAX));
    }
    program->schedule.seed = static_cast<u32>(file.schedule_seed);
    return ProgramReplay{std::move(*program), *schedule};
}

}  // namespace stampede::fuzz
