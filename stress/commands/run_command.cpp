#include "stress/commands/run_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "harts/memory/ram.h"
#include "harts/report/finding_store.h"
#include "stress/commands/console_file.h"
#include "stress/replay/replay_command.h"
#include "stress/report/conclusion.h"
#include "stress/report/report.h"
#include "stress/report/summary.h"
#include "stress/run/shell.h"

namespace stampede {

ReplaysByTitle find_replays(const Plan& plan, const RunOutcome& outcome,
                            std::optional<Trials>& trials, const Interrupts& interrupts) {
    const Options& options = plan.options;
    if (options.task != Task::Run) {
        return {};
    }
    if (plan.replay) {
        return replays_of_file(*plan.replay, outcome.findings);
    }
    ReplaysByTitle replays = replays_on_disk(options, plan.hashes, outcome.findings);
    if (options.schedule.repeatable()) {
        replays = replays_of_repeatable(options, plan.hashes, outcome.findings);
    } else if (plan.search_time()) {
        search_replays(options, plan.hashes, outcome, *trials, interrupts, replays);
    }
    return replays;
}

Result<RunOutcome> run_workload(const RunSetup& setup, const Options& options, ConsoleLog& console,
                                Interrupts& interrupts) {
    ProgressLine line(::isatty(STDERR_FILENO) != 0 && options.console != "-"
                          ? ProgressLine::Where::Terminal
                          : ProgressLine::Where::Nowhere);
    RunListeners listeners;
    listeners.progress = [&](const RunProgress& progress) {
        line.show(options.workload, progress);
    };
    Result<RunOutcome> outcome = run_guest(setup, console, interrupts, listeners);
    console.flush();
    if (const std::string why = console.lost(); outcome && !why.empty()) {
        outcome->lost.push_back({fmt::format("--console {}: not all could be written: {}",
                                             options.console.value_or("-"), why)});
    }
    return outcome;
}

void minimize_findings(const Plan& plan, const RunReport& report, const ReplaysByTitle& replays,
                       Trials& trials, const Interrupts& interrupts) {
    const FindingStore store(*plan.options.findings_folder);
    for (const Finding& finding : report.findings) {
        if (!replays.contains(finding.title)) {
            continue;
        }
        const auto time = minimizing_time(plan.options) / replays.size();
        if (const auto minimized =
                minimize_file(store.folder_of(finding), trials, interrupts, time);
            !minimized) {
            complain(minimized.error().message);
        }
    }
}

ExitStatus run_once(const Plan& plan, std::optional<Trials>& trials, Interrupts& interrupts) {
    const Options& options = plan.options;
    auto console_file = ConsoleFile::open(options);
    if (!console_file) {
        return refuse(options, plan.command, console_file.error());
    }
    Shell shell(interrupts);
    const bool is_shell = options.task == Task::Shell;
    ConsoleLog console(console_file->file(),
                       is_shell ? ConsoleLog::Flush::Bytes : ConsoleLog::Flush::Lines,
                       is_shell ? std::function([&] { return shell.next(); }) : nullptr);
    const RunSetup setup = plan.setup();
    const Result<RunOutcome> outcome =
        is_shell ? shell.run(setup, console) : run_workload(setup, options, console, interrupts);
    if (!outcome) {
        // A kernel that cannot be used, unless it is the host that has not that much memory.
        const ExitStatus status =
            Ram::create(options.memory) ? ExitStatus::Unusable : ExitStatus::HostLacks;
        return refuse(options, plan.command, {status, outcome.error().message});
    }
    console.flush();
    const ReplaysByTitle replays = find_replays(plan, *outcome, trials, interrupts);
    RunReport report = make_report(options, plan.command, *outcome);
    set_commands(report, options, plan.command.front(), replays);
    const ExitStatus status = conclude(
        options, report, *outcome, [&](const Finding&) { return console.text(); }, replays);
    if (plan.minimizes_findings()) {
        minimize_findings(plan, report, replays, *trials, interrupts);
    }
    if (plan.replay) {
        fmt::print("{}", shown_text(*plan.replay, *outcome));
    }
    say_how_to_repeat(options, report, replays);
    return status;
}

}  // namespace stampede
