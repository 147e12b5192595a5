#include "stress/replay/replay.h"

#include <fmt/format.h>

#include <array>

namespace stampede {
namespace {

// What a replay file settles. The rest, such as --timeout and --json, nobody in the guest sees.
constexpr std::array settled{"workload", "cpus",     "memory",        "seed",   "duration", "ops", "time",
                             "race",     "schedule", "schedule-seed", "policy", "append"};

std::string option_name(const std::string& name) { return name == "workload" ? name : "--" + name; }

std::string text_of(const std::map<std::string, std::string>& texts, const std::string& name) {
    const auto found = texts.find(name);
    return found != texts.end() ? found->second : "";
}

Result<void> refuse_contradictions(const Options& given, const Options& settings, const std::string& name) {
    // Both must have what follows from a repeatable schedule for the same words to be the same text.
    Options told = given;
    told.schedule = given.given.contains("schedule") ? given.schedule : settings.schedule;
    const auto wanted = told.texts(), here = settings.texts();
    for (const std::string option : settled) {
        if (given.given.contains(option) && text_of(wanted, option) != text_of(here, option)) {
            return error(fmt::format("{}: {} {}, but the command line says {}", name, option_name(option),
                                     text_of(here, option), text_of(wanted, option)));
        }
    }
    return {};
}

}  // namespace

ReplayFile replay_of(const Options& options, const std::string& kernel, const std::string& title) {
    ReplayFile file;
    file.version = STAMPEDE_VERSION;
    file.build = options.race ? "race" : "plain";
    file.kernel = kernel;
    file.policy = options.policy;
    file.cpus = options.cpus;
    file.memory = options.memory;
    file.seed = options.seed;
    file.time = options.time == TimeMode::Host ? "host" : "warp";
    file.workload = options.workload;
    file.duration = static_cast<u64>(options.duration.count());
    file.operations = options.operations;
    file.append = options.append;
    file.fail_allocation = options.fail_allocation;
    file.schedule = options.schedule.text();
    file.schedule_seed = options.seed_of_schedule();
    file.titles = {title};
    file.runs = options.runs;
    return file;
}

Result<Options> replayed(const Options& given, const ReplayFile& file, const std::string& name) {
    const auto refuse = [&](const std::string& why) { return error(name + ": " + why); };
    if (file.program) {
        return refuse("program: expected a workload");
    }
    if (file.time != "host" && file.time != "warp") {
        return refuse(fmt::format("time {}, expected host or warp", file.time));
    }
    const auto schedule = ScheduleSpec::parse(file.schedule);
    if (!schedule) {
        return refuse(schedule.error().message);
    }
    if (!schedule->repeatable()) {
        return refuse(fmt::format("schedule {}, expected one that repeats", file.schedule));
    }
    Options options = given;
    options.race = file.build == "race";
    options.policy = file.policy;
    options.cpus = file.cpus;
    options.memory = file.memory;
    options.seed = file.seed;
    options.time = file.time == "host" ? TimeMode::Host : TimeMode::Warp;
    options.workload = file.workload;
    options.duration = file.duration ? std::chrono::seconds(*file.duration) : Options().duration;
    options.operations = file.operations;
    options.append = file.append;
    options.fail_allocation = file.fail_allocation;
    options.schedule = *schedule;
    options.schedule_seed = file.schedule_seed;
    options.runs = file.runs;
    const Result<void> agree = refuse_contradictions(given, options, name);
    return agree ? Result<Options>(options) : std::unexpected(agree.error());
}

Result<std::string> hash_of(const Guest& guest) {
    const Result<ElfImage> kernel = ElfImage::read(guest.kernel);
    return kernel ? Result<std::string>(kernel_hash(*kernel)) : std::unexpected(kernel.error());
}

Result<void> check_kernel(const ReplayFile& file, const std::string& name, const Guest& guest) {
    const Result<std::string> hash = hash_of(guest);
    if (!hash) {
        return std::unexpected(hash.error());
    }
    if (*hash != file.kernel) {
        return error(fmt::format("{}: made with another kernel: policy {} was {} then, and {} is {} now", name,
                                 file.policy, file.kernel, guest.kernel.lexically_normal().string(), *hash));
    }
    return {};
}

std::filesystem::path replay_path(const std::filesystem::path& path) {
    std::error_code failure;
    return std::filesystem::is_directory(path, failure) ? path / replay_file_name : path;
}

}  // namespace stampede
