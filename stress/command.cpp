#include "stress/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "harts/memory/ram.h"
#include "harts/report/nearest_names.h"
#include "harts/report/text.h"
#include "stress/failure_sweep.h"
#include "stress/interrupts.h"
#include "stress/options.h"
#include "stress/report.h"
#include "stress/run.h"
#include "stress/summary.h"
#include "stress/terminal.h"
#include "stress/workloads.h"

namespace stampede {
namespace {

struct Refusal {
    ExitStatus status = ExitStatus::Unusable;
    std::string text;
};

void complain(const std::string& text) { fmt::print(stderr, "stress: {}\n", text); }

std::string unknown(std::string_view what, const std::string& name, const std::vector<std::string>& known) {
    std::string text = fmt::format("there is no {} {}", what, name);
    const std::vector<std::string> near = nearest_names(name, known);
    text += near.empty() ? "" : "; near: ";
    for (const std::string& one : near) {
        text += (&one == &near.front() ? "" : ", ") + one;
    }
    return text + "; --list names all";
}

template <class Things>
std::vector<std::string> names_of(const Things& things) {
    std::vector<std::string> names;
    std::ranges::transform(things, std::back_inserter(names), [](const auto& thing) { return thing.name; });
    return names;
}

// Whose kernel to run, if workload and policy exist.
std::expected<Policy, Refusal> find_policy(const Options& options) {
    std::vector<std::string> known = names_of(workloads());
    known.emplace_back(shell_name);
    if (std::ranges::find(known, options.workload) == known.end()) {
        return std::unexpected(Refusal{ExitStatus::Unusable, unknown("workload", options.workload, known)});
    }
    const std::vector<Policy> policies = find_policies(guest_folder());
    if (policies.empty()) {
        return std::unexpected(
            Refusal{ExitStatus::HostLacks,
                    fmt::format("{}: no kernel-NAME.elf in there; build the target `guest`", guest_folder().string())});
    }
    const auto policy = std::ranges::find(policies, options.policy, &Policy::name);
    if (policy == policies.end()) {
        return std::unexpected(Refusal{ExitStatus::Unusable, unknown("policy", options.policy, names_of(policies))});
    }
    return *policy;
}

// Where console output goes: a file descriptor, or -1 for nowhere.
class ConsoleFile {
public:
    static std::expected<ConsoleFile, Refusal> open(const Options& options) {
        if (options.task == Task::Shell && !options.console) {
            return ConsoleFile(STDOUT_FILENO);
        }
        if (!options.console) {
            return ConsoleFile(-1);
        }
        if (*options.console == "-") {
            return ConsoleFile(STDOUT_FILENO);
        }
        const int file = ::open(options.console->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (file < 0) {
            return std::unexpected(Refusal{ExitStatus::Unusable, fmt::format("{}: cannot be written: {}",
                                                                             *options.console, std::strerror(errno))});
        }
        return ConsoleFile(file);
    }
    ConsoleFile(ConsoleFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    ConsoleFile& operator=(ConsoleFile&&) = delete;
    ~ConsoleFile() {
        if (file_ > STDERR_FILENO) {
            ::close(file_);
        }
    }
    [[nodiscard]] int file() const { return file_; }

private:
    explicit ConsoleFile(int file) : file_(file) {}
    int file_;
};

RunSetup setup_of(const Options& options, const Policy& policy) {
    RunSetup setup;
    setup.machine.harts = options.cpus;
    setup.machine.memory = options.memory;
    setup.machine.time = options.schedule.repeatable() ? TimeMode::Counted : options.time;
    setup.schedule = options.schedule;
    setup.seed = options.seed;
    setup.machine.bootargs = options.bootargs();
    setup.kernel = policy.kernel;
    if (options.task == Task::Run) {
        setup.user_program = guest_folder() / "user" / (options.workload + ".elf");
        const auto workload = std::ranges::find(workloads(), options.workload, &Workload::name);
        setup.user_traps = workload->provokes_traps() ? RunFacts::UserTraps::Provoked : RunFacts::UserTraps::Unexpected;
        setup.copy_on_write = workload->needs_copy_on_write() && policy.shares_on_fork()
                                  ? RunFacts::CopyOnWrite::Missing
                                  : RunFacts::CopyOnWrite::Optional;
    } else {
        setup.input = Watchdog::Input::Possible;
        setup.user_traps = RunFacts::UserTraps::Provoked;  // by whoever types
        setup.audit = RunFacts::Audit::NotExpected;  // one may leave a shell at any time
    }
    setup.trace = options.trace;
    setup.limit = options.time_limit();
    setup.max_findings = options.max_findings;
    return setup;
}

Result<RunOutcome> run_workload(const RunSetup& setup, const Options& options, ConsoleLog& console,
                                Interrupts& interrupts) {
    ProgressLine line(::isatty(STDERR_FILENO) != 0 && options.console != "-" ? ProgressLine::Where::Terminal
                                                                             : ProgressLine::Where::Nowhere);
    RunListeners listeners;
    listeners.progress = [&](const RunProgress& progress) { line.show(options.workload, progress); };
    return run_guest(setup, console, interrupts, listeners);
}

// The input begins once the guest can take it, and ends with its machine. All changes to it while harts are parked.
class Shell {
public:
    explicit Shell(Interrupts& interrupts) : interrupts_(interrupts) {}

    [[nodiscard]] std::optional<u8> next() { return input_ ? input_->take() : std::nullopt; }

    Result<RunOutcome> run(const RunSetup& setup, ConsoleLog& console) {
        const bool terminal = ::isatty(STDIN_FILENO) != 0;
        if (terminal) {
            fmt::print(stderr, "The guest's console; Ctrl-A x ends it, Ctrl-A h helps.\n");
        }
        const RawTerminal raw;
        RunListeners listeners;
        listeners.input_wanted = [&](Machine& machine) {
            input_.emplace(STDIN_FILENO, terminal ? TerminalInput::Source::Terminal : TerminalInput::Source::Pipe,
                           [&machine] { machine.console_input_ready(); }, [this] { interrupts_.quit(); });
            input_->start();  // not before next() can find it
        };
        listeners.input_over = [this] { return input_ && input_->over(); };
        listeners.ended = [this] { input_.reset(); };
        return run_guest(setup, console, interrupts_, listeners);
    }

private:
    Interrupts& interrupts_;
    std::optional<TerminalInput> input_;
};

// What a run says at its end; gives its exit status.
ExitStatus conclude(const Options& options, const RunReport& report, const RunOutcome& outcome,
                    const std::string& console_text) {
    const bool failed = report.verdict == Verdict::Findings;
    if (options.task == Task::Run || failed) {
        fmt::print("{}", summary_text(report, outcome));
    }
    auto status = static_cast<ExitStatus>(report.exit_status);
    if (const Result<void> written = write_reports(options, report, console_text); !written) {
        std::fflush(stdout);
        complain(written.error().message);
        status = failed ? status : ExitStatus::Unusable;
    }
    if (failed) {
        fmt::print(
            "{} harts ran in parallel, in an order that is not repeated: the same command may find it, or not.\n",
            options.cpus);
        fmt::print("{}\n", shell_line(report.findings.front().reproduce));
    }
    std::fflush(stdout);
    return status;
}

ExitStatus refuse(const Options& options, const std::vector<std::string>& command, const Refusal& refusal) {
    complain(refusal.text);
    if (const auto written =
            write_reports(options, make_error_report(options, command, refusal.status, refusal.text), "");
        !written) {
        complain(written.error().message);
    }
    return refusal.status;
}

// Comes back only where the sibling cannot be started.
ExitStatus become_race_program(const char* const* argv) {
    std::error_code failure;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failure);
    const std::string sibling = self.parent_path() / "stress-race";
    ::execv(sibling.c_str(), const_cast<char* const*>(argv));
    complain(fmt::format("{}: cannot be started: {}; build the target `stress-race`", sibling, std::strerror(errno)));
    return ExitStatus::HostLacks;
}

// Each allocation fails in turn; one report of all runs.
ExitStatus run_each_failure(const Options& options, const std::vector<std::string>& command, const RunSetup& setup, ConsoleFile& file,
                            Interrupts& interrupts) {
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
        its.machine.bootargs = one.bootargs();
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
    return conclude(options, report, sweep->outcome, console_text);
}

ExitStatus run(const Options& options, const std::vector<std::string>& command, MakeRaceDetection make_race_detection) {
    const auto policy = find_policy(options);
    if (!policy) {
        return refuse(options, command, policy.error());
    }
    auto console_file = ConsoleFile::open(options);
    if (!console_file) {
        return refuse(options, command, console_file.error());
    }
    Interrupts interrupts;
    Shell shell(interrupts);
    const bool is_shell = options.task == Task::Shell;
    ConsoleLog console(console_file->file(), is_shell ? ConsoleLog::Flush::Bytes : ConsoleLog::Flush::Lines,
                       is_shell ? std::function([&] { return shell.next(); }) : nullptr);
    RunSetup setup = setup_of(options, *policy);
    setup.race = options.race ? make_race_detection : nullptr;
    if (options.fail_allocations && !is_shell) {
        return run_each_failure(options, command, setup, *console_file, interrupts);
    }
    const Result<RunOutcome> outcome =
        is_shell ? shell.run(setup, console) : run_workload(setup, options, console, interrupts);
    if (!outcome) {
        // A kernel that cannot be used, unless it is the host that has not that much memory.
        const ExitStatus status = Ram::create(options.memory) ? ExitStatus::Unusable : ExitStatus::HostLacks;
        return refuse(options, command, {status, outcome.error().message});
    }
    console.flush();
    RunReport report = make_report(options, command, *outcome);
    return conclude(options, report, *outcome, console.text());
}

}  // namespace

int stress_command(int argc, const char* const* argv, MakeRaceDetection make_race_detection) {
    const auto options = parse_options(argc, argv);
    if (!options) {
        fmt::print(options.error().status == ExitStatus::Passed ? stdout : stderr, "{}", options.error().text);
        return static_cast<int>(options.error().status);
    }
    if (options->task == Task::List) {
        fmt::print("{}", listing(workloads(), find_policies(guest_folder())));
        return static_cast<int>(ExitStatus::Passed);
    }
    if (options->race && make_race_detection == nullptr) {
        return static_cast<int>(become_race_program(argv));
    }
    return static_cast<int>(run(*options, std::vector<std::string>(argv, argv + argc), make_race_detection));
}

}  // namespace stampede
