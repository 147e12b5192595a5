#include "stress/command.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>

#include "harts/base/host_limits.h"
#include "harts/guests/shelf.h"
#include "stress/commands/check_up.h"
#include "stress/commands/run_command.h"
#include "stress/commands/sweep_command.h"
#include "stress/options/guest_choice.h"
#include "stress/options/needs.h"
#include "stress/options/options.h"
#include "stress/options/outputs.h"
#include "stress/plan.h"
#include "stress/replay/program_replay.h"
#include "stress/replay/replay.h"
#include "stress/replay/replay_command.h"
#include "stress/report/conclusion.h"
#include "stress/report/listing.h"
#include "stress/run/boot.h"

namespace stampede {
namespace {

// Comes back only where the sibling cannot be started.
ExitStatus become_race_program(const Options& options, const std::vector<std::string>& command,
                               const char* const* argv) {
    if (const Result<void> enough = check_address_space(); !enough) {
        return refuse(options, command, {ExitStatus::HostLacks, enough.error().message});
    }
    const std::string sibling = Shelf::beside_program().command("stress-race");
    ::execv(sibling.c_str(), const_cast<char* const*>(argv));
    return refuse(options, command,
                  {ExitStatus::HostLacks,
                   fmt::format("{}: cannot be started: {}; build the target `stress-race`", sibling,
                               std::strerror(errno))});
}

ExitStatus run(const Plan& plan) {
    std::optional<Trials> trials;
    if (plan.needs_trials()) {
        Result<Trials> started =
            Trials::start([plan](const ReplayFile& file) { return plan.trial_setup(file); });
        if (!started) {
            return refuse(plan.options, plan.command,
                          {ExitStatus::HostLacks, started.error().message});
        }
        trials.emplace(std::move(*started));
    }
    Interrupts interrupts;
    switch (plan.way()) {
    case Way::Once: return run_once(plan, trials, interrupts);
    case Way::CheckUp: return check_up(plan, trials, interrupts);
    case Way::EachFailure: return run_each_failure(plan, trials, interrupts);
    case Way::Repeat: return repeat_replay(plan, *trials, interrupts);
    case Way::Minimize: return minimize_replay(plan, *trials, interrupts);
    }
    __builtin_unreachable();
}

ExitStatus replay_one_program(const Options& options, const std::vector<std::string>& command,
                              const char* const* argv, const ReplayFile& file,
                              MakeRaceDetection make_race_detection) {
    if (file.build == "race" && make_race_detection == nullptr) {
        return become_race_program(options, command, argv);
    }
    const auto status = replay_program(options, command, file, make_race_detection);
    return status ? *status : refuse(options, command, status.error());
}

ExitStatus run_workload_of(const Options& given, const std::vector<std::string>& command,
                           const char* const* argv, std::optional<ReplayFile> file,
                           MakeRaceDetection make_race_detection) {
    const Result<Options> options =
        file ? replayed(given, *file, replay_path(*given.replay).string()) : given;
    if (!options) {
        return refuse(given, command, {ExitStatus::Unusable, options.error().message});
    }
    if (options->race && make_race_detection == nullptr) {
        return become_race_program(*options, command, argv);
    }
    const auto plan = make_plan(*options, command, std::move(file), make_race_detection);
    return plan ? run(*plan) : refuse(*options, command, plan.error());
}

ExitStatus list(const Options& options, const std::vector<std::string>& command) {
    if (!options.is_foreign()) {
        fmt::print("{}", listing(workloads(), Shelf::beside_program().all()));
        return ExitStatus::Passed;
    }
    const auto guest = find_guest(options);
    if (!guest) {
        return refuse(options, command, guest.error());
    }
    fmt::print("{}", listing(workloads(), *guest));
    return ExitStatus::Passed;
}

// What is inferred of somebody's kernel.
ExitStatus explain(const Options& options, const std::vector<std::string>& command) {
    const auto plan = make_plan(options, command, std::nullopt, nullptr);
    if (!plan) {
        return refuse(options, command, plan.error());
    }
    const Result<ElfImage> kernel = ElfImage::read(plan->guest.kernel);
    Interrupts interrupts;
    const Result<Booted> booted =
        kernel ? boot(plan->setup(), *kernel, &interrupts) : std::unexpected(kernel.error());
    if (!booted) {
        return refuse(options, command, {ExitStatus::Unusable, booted.error().message});
    }
    if (!booted->description) {
        fmt::print("{}", booted->console);
        return refuse(options, command,
                      {ExitStatus::Unusable,
                       booted->at_prompt ? booted->description.how
                                         : "the kernel did not come to its shell's prompt"});
    }
    fmt::print("{}", booted->description->explain());
    return ExitStatus::Passed;
}

// What is said before stdout is flushed waits here: a full disk, or a reader that has gone, shows
// at the flush, where it ends nothing.
void buffer_stdout() {
    static std::array<char, 1 << 18> buffer;
    if (::isatty(STDOUT_FILENO) == 0) {
        std::setvbuf(stdout, buffer.data(), _IOFBF, buffer.size());
    }
}

// Of a pipe whose other end is closed: nobody wants to read on.
bool reader_is_gone(int descriptor) {
    pollfd end{descriptor, POLLOUT, 0};
    return ::poll(&end, 1, 0) == 1 && (end.revents & POLLERR) != 0;
}

// What is on the way to stdout and cannot get there, because the disk is full, is lost.
ExitStatus flush_stdout(ExitStatus status) {
    if ((std::fflush(stdout) == 0 && std::ferror(stdout) == 0) || reader_is_gone(STDOUT_FILENO)) {
        return status;
    }
    complain("stdout: not all could be written");
    return status == ExitStatus::Passed ? ExitStatus::Unusable : status;
}

ExitStatus run_command(const Options& options, const std::vector<std::string>& command,
                       const char* const* argv, MakeRaceDetection make_race_detection) {
    if (const Result<void> possible = check_outputs(options); !possible) {
        complain(possible.error().message);
        return ExitStatus::Unusable;
    }
    std::optional<ReplayFile> file;
    if (options.replay) {
        Result<ReplayFile> read = read_replay(*options.replay);
        if (!read) {
            return refuse(options, command, {ExitStatus::Unusable, read.error().message});
        }
        file = std::move(*read);
    }
    return file && file->program
               ? replay_one_program(options, command, argv, *file, make_race_detection)
               : run_workload_of(options, command, argv, std::move(file), make_race_detection);
}

// What the host refuses in the middle of something.
ExitStatus run_on_this_host(const Options& options, const std::vector<std::string>& command,
                            const char* const* argv, MakeRaceDetection make_race_detection) {
    std::string lacking;
    try {
        return run_command(options, command, argv, make_race_detection);
    } catch (const std::exception& thrown) {
        lacking = what_host_lacks(thrown);
    }
    return refuse(options, command, {ExitStatus::HostLacks, lacking});
}

ExitStatus stress(int argc, const char* const* argv, MakeRaceDetection make_race_detection) {
    buffer_stdout();
    ::signal(SIGPIPE, SIG_IGN);  // a reader that goes away ends no run
    if (const Result<void> enough = take_stack(); !enough) {
        complain(enough.error().message);
        return ExitStatus::HostLacks;
    }
    if (argc > 1 && argv[1] == needs_word) {
        for (const std::string& file : needs(argc - 1, argv + 1)) {
            fmt::print("{}\n", file);
        }
        return ExitStatus::Passed;
    }
    const auto options = parse_options(argc, argv);
    if (!options) {
        fmt::print(options.error().status == ExitStatus::Passed ? stdout : stderr, "{}",
                   options.error().text);
        return options.error().status;
    }
    const std::vector<std::string> command(argv, argv + argc);
    if (options->task == Task::List) {
        return list(*options, command);
    }
    if (options->task == Task::Explain) {
        return explain(*options, command);
    }
    return run_on_this_host(*options, command, argv, make_race_detection);
}

}  // namespace

int stress_command(int argc, const char* const* argv, MakeRaceDetection make_race_detection) {
    return static_cast<int>(flush_stdout(stress(argc, argv, make_race_detection)));
}

}  // namespace stampede
