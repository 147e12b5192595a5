#include "stress/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "harts/guests/shelf.h"
#include "harts/memory/ram.h"
#include "harts/report/finding_store.h"
#include "harts/report/forms/text.h"
#include "stress/run/console_file.h"
#include "stress/run/failure_sweep.h"
#include "stress/run/interrupts.h"
#include "stress/options/needs.h"
#include "stress/options/options.h"
#include "stress/options/policy_choice.h"
#include "stress/replay/program_replay.h"
#include "stress/options/refusal.h"
#include "stress/replay/replay.h"
#include "stress/replay/replay_command.h"
#include "stress/report/listing.h"
#include "stress/report/report.h"
#include "stress/run/run.h"
#include "stress/run/setup.h"
#include "stress/run/shell.h"
#include "stress/report/summary.h"
#include "stress/run/terminal.h"

namespace stampede {
namespace {

void complain(const std::string& text) { fmt::print(stderr, "stress: {}\n", text); }

Result<RunOutcome> run_workload(const RunSetup& setup, const Options& options, ConsoleLog& console,
                                Interrupts& interrupts) {
    ProgressLine line(::isatty(STDERR_FILENO) != 0 && options.console != "-" ? ProgressLine::Where::Terminal
                                                                             : ProgressLine::Where::Nowhere);
    RunListeners listeners;
    listeners.progress = [&](const RunProgress& progress) { line.show(options.workload, progress); };
    return run_guest(setup, console, interrupts, listeners);
}

// What a run says at its end; gives its exit status.
ExitStatus conclude(const Options& options, const RunReport& report, const RunOutcome& outcome,
                    const std::string& console_text, const ReplaysByTitle& replays) {
    const bool failed = report.verdict == Verdict::Findings;
    if (options.task == Task::Run || failed) {
        fmt::print("{}", summary_text(report, outcome));
    }
    auto status = static_cast<ExitStatus>(report.exit_status);
    if (const Result<void> written = write_reports(options, report, console_text, replays); !written) {
        std::fflush(stdout);
        complain(written.error().message);
        status = failed ? status : ExitStatus::Unusable;
    }
    std::fflush(stdout);
    return status;
}

// How it is shown again, in the last line.
void say_how_to_repeat(const Options& options, const RunReport& report, const ReplaysByTitle& replays) {
    if (report.verdict == Verdict::Findings) {
        const Finding& finding = finding_to_show(report, replays);
        fmt::print("{}{}\n", repeatability_text(options, finding, replays), shell_line(finding.reproduce));
        std::fflush(stdout);
    }
}

ExitStatus refuse(const Options& options, const std::vector<std::string>& command, const Refusal& refusal) {
    complain(refusal.text);
    if (const auto written =
            write_reports(options, make_error_report(options, command, refusal.status, refusal.text), "", {});
        !written) {
        complain(written.error().message);
    }
    return refusal.status;
}

// Comes back only where the sibling cannot be started.
ExitStatus become_race_program(const char* const* argv) {
    const std::string sibling = Shelf::beside_program().command("stress-race");
    ::execv(sibling.c_str(), const_cast<char* const*>(argv));
    complain(fmt::format("{}: cannot be started: {}; build the target `stress-race`", sibling, std::strerror(errno)));
    return ExitStatus::HostLacks;
}

// Each allocation fails in turn; one report of all runs.
ExitStatus run_each_failure(const Options& options, const std::vector<std::string>& command, const Guest& guest, const RunSetup& setup,
                            ConsoleFile& file, Interrupts& interrupts) {
    std::string console_text;
    const auto options_of = [&](u64 number) {
        Options one = options;
        one.fail_allocations = false;
        one.fail_allocation = number;
        return one;
    };
    const auto run_one = [&](u64 number) -> Result<RunOutcome> {
        const Options one = options_of(number);
        RunSetup its = setup;
        its.machine.bootargs = start_of(one, guest).bootargs;
        ConsoleLog console(file.file(), ConsoleLog::Flush::Lines, nullptr);
        Result<RunOutcome> outcome = run_workload(its, one, console, interrupts);
        console.flush();
        console_text = outcome && !outcome->findings.empty() ? console.text() : console_text;
        return outcome;
    };
    const Result<FailureSweep> sweep = sweep_failures(run_one, options.max_findings);
    if (!sweep) {
        return refuse(options, command, {ExitStatus::Unusable, sweep.error().message});
    }
    RunReport report = make_report(options, command, sweep->outcome);
    for (Finding& finding : report.findings) {
        finding.reproduce = options_of(sweep->first_of.at(finding.title)).rerun(command.front());
    }
    fmt::print("{}: {}\n", options.workload, sweep_text(*sweep));
    const ExitStatus status = conclude(options, report, sweep->outcome, console_text, {});
    if (report.verdict == Verdict::Findings) {
        fmt::print("{}\n", shell_line(report.findings.front().reproduce));
    }
    return status;
}

// One invocation: what was asked for, and what it takes.
struct Invocation {
    const Options& options;
    const std::vector<std::string>& command;
    MakeRaceDetection make_race_detection;
    Guest guest;
    std::string kernel;                 // its hash
    Suppressions suppressions;          // of races
    std::optional<ReplayFile> replay;   // that is run again
    std::optional<Trials> trials;       // where one run is not enough
};

RunSetup setup_of(const Invocation& invocation, const Options& options) {
    RunSetup setup = setup_of(options, invocation.guest);
    setup.kernel_hash = invocation.kernel;
    setup.race = options.race ? invocation.make_race_detection : nullptr;
    setup.suppressions = invocation.suppressions;
    return setup;
}

std::expected<void, Refusal> prepare(Invocation& invocation) {
    const Options& options = invocation.options;
    const Result<std::string> kernel = hash_of(invocation.guest);
    if (!kernel) {
        return std::unexpected(Refusal{ExitStatus::Unusable, kernel.error().message});
    }
    invocation.kernel = *kernel;
    if (options.suppressions) {
        auto suppressions = Suppressions::read(*options.suppressions);
        if (!suppressions) {
            return std::unexpected(Refusal{ExitStatus::Unusable, suppressions.error().message});
        }
        invocation.suppressions = std::move(*suppressions);
    }
    if (options.replay) {
        const std::string name = replay_path(*options.replay).string();
        Result<ReplayFile> file = read_replay(*options.replay);
        const Result<void> same = file ? check_kernel(*file, name, invocation.guest) : std::unexpected(file.error());
        if (!same) {
            return std::unexpected(Refusal{ExitStatus::Unusable, same.error().message});
        }
        invocation.replay = std::move(*file);
    }
    if (options.times > 1 || options.minimize || options.search) {
        Result<Trials> trials = Trials::start([&invocation](const ReplayFile& file) -> Result<RunSetup> {
            Options settings = invocation.options;
            settings.given.clear();
            settings.trace.reset();
            const Result<Options> options_of_file = replayed(settings, file, "a trial");
            return options_of_file ? Result<RunSetup>(setup_of(invocation, *options_of_file))
                                   : std::unexpected(options_of_file.error());
        });
        if (!trials) {
            return std::unexpected(Refusal{ExitStatus::HostLacks, trials.error().message});
        }
        invocation.trials.emplace(std::move(*trials));
    }
    return {};
}

ReplaysByTitle find_replays(Invocation& invocation, const RunOutcome& outcome, const Interrupts& interrupts) {
    const Options& options = invocation.options;
    if (options.task != Task::Run || options.replay) {
        return {};
    }
    ReplaysByTitle replays = replays_on_disk(options, invocation.kernel, outcome.findings);
    if (options.schedule.repeatable()) {
        replays = replays_of_repeatable(options, invocation.kernel, outcome.findings);
    } else if (options.search) {
        search_replays(options, invocation.kernel, outcome, *invocation.trials, interrupts, replays);
    }
    return replays;
}

// Each finding that repeats gets an equal share of the time.
void minimize_findings(Invocation& invocation, const RunReport& report, const ReplaysByTitle& replays, const Interrupts& interrupts) {
    for (const Finding& finding : report.findings) {
        if (replays.contains(finding.title)) {
            (void)minimize_replay(invocation.options, FindingStore(*invocation.options.findings_folder).folder_of(finding),
                                  *invocation.trials, interrupts, minimizing_time(invocation.options) / replays.size());
        }
    }
}

ExitStatus run_once(Invocation& invocation, Interrupts& interrupts) {
    const Options& options = invocation.options;
    auto console_file = ConsoleFile::open(options);
    if (!console_file) {
        return refuse(options, invocation.command, console_file.error());
    }
    Shell shell(interrupts);
    const bool is_shell = options.task == Task::Shell;
    ConsoleLog console(console_file->file(), is_shell ? ConsoleLog::Flush::Bytes : ConsoleLog::Flush::Lines,
                       is_shell ? std::function([&] { return shell.next(); }) : nullptr);
    RunSetup setup = setup_of(invocation, options);
    if (invocation.replay) {
        setup.wanted = invocation.replay->titles;
        setup.wanted_enough = setup.wanted.size();
        setup.tables = RunSetup::Tables::WatchedFromTheStart;  // what shows once must name who changed the table
    }
    if (options.fail_allocations && !is_shell) {
        return run_each_failure(options, invocation.command, invocation.guest, setup, *console_file, interrupts);
    }
    const Result<RunOutcome> outcome =
        is_shell ? shell.run(setup, console) : run_workload(setup, options, console, interrupts);
    if (!outcome) {
        // A kernel that cannot be used, unless it is the host that has not that much memory.
        const ExitStatus status = Ram::create(options.memory) ? ExitStatus::Unusable : ExitStatus::HostLacks;
        return refuse(options, invocation.command, {status, outcome.error().message});
    }
    console.flush();
    const ReplaysByTitle replays = find_replays(invocation, *outcome, interrupts);
    RunReport report = make_report(options, invocation.command, *outcome);
    set_commands(report, options, invocation.command.front(), replays);
    const ExitStatus status = conclude(options, report, *outcome, console.text(), replays);
    if (options.minimize) {
        minimize_findings(invocation, report, replays, interrupts);
    }
    if (invocation.replay) {
        fmt::print("{}", shown_text(*invocation.replay, *outcome));
    }
    say_how_to_repeat(options, report, replays);
    return status;
}

ExitStatus run(const Options& options, const std::vector<std::string>& command, MakeRaceDetection make_race_detection) {
    const auto guest = find_policy(options);
    if (!guest) {
        return refuse(options, command, guest.error());
    }
    Invocation invocation{options, command, make_race_detection, *guest, {}, {}, {}, {}};
    if (const auto prepared = prepare(invocation); !prepared) {
        return refuse(options, command, prepared.error());
    }
    Interrupts interrupts;
    if (invocation.replay && options.minimize) {
        return minimize_replay(options, *options.replay, *invocation.trials, interrupts, minimizing_time(options));
    }
    if (invocation.replay && options.times > 1) {
        return repeat_replay(options, *invocation.replay, *invocation.trials, interrupts);
    }
    return run_once(invocation, interrupts);
}

// A workload's run, with what a replay file says if there is one.
Result<Options> settle(const Options& given, const std::optional<ReplayFile>& file) {
    return file ? replayed(given, *file, replay_path(*given.replay).string()) : Result<Options>(given);
}

ExitStatus replay_one_program(const Options& options, const std::vector<std::string>& command, const char* const* argv, const ReplayFile& file,
                              MakeRaceDetection make_race_detection) {
    if (file.build == "race" && make_race_detection == nullptr) {
        return become_race_program(argv);
    }
    const auto status = replay_program(options, command, file, make_race_detection);
    return status ? *status : refuse(options, command, status.error());
}

}  // namespace

int stress_command(int argc, const char* const* argv, MakeRaceDetection make_race_detection) {
    if (argc > 1 && argv[1] == needs_word) {
        for (const std::string& file : needs(argc - 1, argv + 1)) {
            fmt::print("{}\n", file);
        }
        return static_cast<int>(ExitStatus::Passed);
    }
    const auto options = parse_options(argc, argv);
    if (!options) {
        fmt::print(options.error().status == ExitStatus::Passed ? stdout : stderr, "{}", options.error().text);
        return static_cast<int>(options.error().status);
    }
    if (options->task == Task::List) {
        fmt::print("{}", listing(workloads(), Shelf::beside_program().all()));
        return static_cast<int>(ExitStatus::Passed);
    }
    const std::vector<std::string> command(argv, argv + argc);
    std::optional<ReplayFile> file;
    if (options->replay) {
        Result<ReplayFile> read = read_replay(*options->replay);
        if (!read) {
            return static_cast<int>(refuse(*options, command, {ExitStatus::Unusable, read.error().message}));
        }
        file = std::move(*read);
        if (file->program) {
            return static_cast<int>(replay_one_program(*options, command, argv, *file, make_race_detection));
        }
    }
    const Result<Options> settled = settle(*options, file);
    if (!settled) {
        return static_cast<int>(refuse(*options, command, {ExitStatus::Unusable, settled.error().message}));
    }
    if (settled->race && make_race_detection == nullptr) {
        return static_cast<int>(become_race_program(argv));
    }
    return static_cast<int>(run(*settled, command, make_race_detection));
}

}  // namespace stampede
