#include "stress/commands/sweep_command.h"

#include <fmt/format.h>

#include <cstdio>

#include "stress/commands/console_file.h"
#include "stress/commands/failure_sweep.h"
#include "stress/commands/kept_file.h"
#include "stress/commands/run_command.h"
#include "stress/replay/replay.h"
#include "stress/replay/status_line.h"
#include "stress/report/conclusion.h"
#include "stress/report/report.h"

namespace stampede {
namespace {

// The run in which that allocation fails, and no other.
Options options_of(const Options& options, u64 number) {
    Options one = options;
    one.fail_allocations = false;
    one.fail_allocation = number;
    return one;
}

// In a repeatable schedule a finding has the replay of the first run that showed it.
ReplaysByTitle replays_of(const Plan& plan, const FailureSweep& sweep) {
    const Options& options = plan.options;
    ReplaysByTitle replays = replays_on_disk(options, plan.hashes, sweep.outcome.findings);
    if (options.schedule.repeatable()) {
        replays.clear();
        for (const Finding& finding : sweep.outcome.findings) {
            const Options one = options_of(options, sweep.first_of.at(finding.title));
            replays.merge(replays_of_repeatable(one, plan.hashes, {finding}));
        }
    }
    return replays;
}

// In a process of its own, from the prompt of a kernel that was booted before. `one` repeats.
Result<RunOutcome> run_from_prompt(const Plan& plan, const Options& one, Trials& trials,
                                   const Interrupts& interrupts,
                                   const std::optional<std::string>& trace, ConsoleLog& console) {
    Trial trial{replay_of(one, plan.hashes, ""), 0, ~u64{0}, one.time_limit().value()};
    trial.file.titles.clear();
    trial.tells = Trial::Tells::Everything;
    trial.trace = trace;
    std::optional<TrialResult> result = trials.run(trial, interrupts);
    if (!result) {
        RunOutcome interrupted;
        interrupted.end = RunEnd::Interrupted;
        return interrupted;
    }
    for (const char c : result->console) {
        console.put(static_cast<u8>(c));
    }
    return result->outcome ? Result<RunOutcome>(std::move(*result->outcome))
                           : error(result->problem);
}

}  // namespace

ExitStatus run_each_failure(const Plan& plan, std::optional<Trials>& trials,
                            Interrupts& interrupts) {
    const Options& options = plan.options;
    auto console_file = ConsoleFile::open(options);
    Result<KeptFile> trace = KeptFile::open(options.trace);
    if (!console_file || !trace) {
        return refuse(options, plan.command,
                      console_file ? Refusal{ExitStatus::Unusable, trace.error().message}
                                   : console_file.error());
    }
    std::map<std::string, std::string> said;  // a finding's title: the console of its first run
    const StatusLine line;
    const auto run_one = [&](u64 number) -> Result<RunOutcome> {
        const Options one = options_of(options, number);
        ConsoleLog console(console_file->file(), ConsoleLog::Flush::Lines, nullptr);
        Result<RunOutcome> outcome;
        if (plan.sweeps_from_prompt()) {
            line.show(fmt::format("{}  allocation {} fails", options.workload, number));
            outcome = run_from_prompt(plan, one, *trials, interrupts, trace->for_a_run(), console);
        } else {
            RunSetup setup = plan.setup(one);
            setup.trace = trace->for_a_run();
            outcome = run_workload(setup, one, console, interrupts);
        }
        console.flush();
        const bool failed = outcome && !outcome->findings.empty();
        trace->ended(failed ? KeptFile::Worth::Keeping : KeptFile::Worth::Nothing);
        for (const Finding& finding : outcome ? outcome->findings : std::vector<Finding>()) {
            said.try_emplace(finding.title, console.text());
        }
        return outcome;
    };
    const Result<FailureSweep> sweep = sweep_failures(run_one, options.max_findings);
    line.show("");
    const Result<void> traced = trace->finish();
    if (!sweep || !traced) {
        return refuse(
            options, plan.command,
            {ExitStatus::Unusable, sweep ? traced.error().message : sweep.error().message});
    }
    const ReplaysByTitle replays = replays_of(plan, *sweep);
    RunReport report = make_report(options, plan.command, sweep->outcome);
    for (Finding& finding : report.findings) {
        set_command(finding, options_of(options, sweep->first_of.at(finding.title)),
                    plan.command.front(), replays);
    }
    fmt::print("{}: {}\n", options.workload, sweep_text(*sweep));
    const ExitStatus status = conclude(
        options, report, sweep->outcome, [&](const Finding& it) { return said.at(it.title); },
        replays);
    if (plan.minimizes_findings()) {
        minimize_findings(plan, report, replays, *trials, interrupts);
    }
    say_how_to_repeat(options, report, replays);
    return status;
}

}  // namespace stampede
