#include "stress/commands/check_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "stress/commands/console_file.h"
#include "stress/commands/kept_file.h"
#include "stress/commands/outcome_totals.h"
#include "stress/commands/run_command.h"
#include "stress/report/conclusion.h"
#include "stress/report/summary.h"

namespace stampede {
namespace {

// Host time that a test of its own may take, which does not end by itself after --duration.
constexpr std::chrono::minutes test_limit{10};

struct Work {
    Options options;
    std::string schedule;  // WorkReport's
    RunOutcome outcome;
    std::string console;
};

// What is found so needs a change of harts within a few instructions: a count that is taken down in
// one critical section and tested in the next, say.
constexpr std::string_view short_turns = "random:50";
constexpr int share_of_short_turns = 2;  // of the duration, which is emulated time then: a half

Options options_of(const Options& asked, const std::string& line) {
    Options one = asked;
    one.task = Task::Run;
    one.workload = line;
    return one;
}

Options own_test(const Options& asked, const std::string& line) {
    Options one = options_of(asked, line);
    one.race = false;  // they take four times as long with it, minutes
    one.timeout = one.timeout ? one.timeout : test_limit;
    return one;
}

Options in_short_turns(const Options& asked, const std::string& line) {
    Options one = options_of(asked, line);
    one.schedule = ScheduleSpec::parse(short_turns).value();
    one.race = false;
    one.duration = std::max(std::chrono::seconds(1), one.duration / share_of_short_turns);
    return one;
}

void print_heading(const Plan& plan, std::size_t number) {
    fmt::print("check-up of {}: {} workloads, {} harts\n", plan.guest.name, number,
               plan.options.cpus);
    std::fflush(stdout);
}

WorkReport report_of(const Work& work) {
    WorkReport report{work.options.workload, work.schedule,           work.outcome.verdict(),
                      work.outcome.wall_s,   work.outcome.operations, {}};
    std::ranges::transform(work.outcome.findings, std::back_inserter(report.titles),
                           &Finding::title);
    return report;
}

void print_line(const WorkReport& work, std::size_t new_findings) {
    std::string text = work.titles.empty()
                           ? std::string(name_of(work.verdict))
                           : fmt::format("{} finding{}, {} new", work.titles.size(),
                                         work.titles.size() == 1 ? "" : "s", new_findings);
    fmt::print(
        "  {:<22} {:<22} {:6.1f} s{}\n", work.name(), text, work.wall_s,
        work.operations == 0 ? "" : fmt::format("  {} operations", grouped(work.operations)));
    std::fflush(stdout);
}

class CheckUp {
public:
    CheckUp(const Plan& plan, Interrupts& interrupts) : plan_(plan), interrupts_(interrupts) {}

    // Error: the first that could not run, or a file that could not be written.
    Result<void> run_all(int console_file);

    [[nodiscard]] bool empty() const { return works_.empty(); }
    [[nodiscard]] const RunOutcome& outcome() const { return all_; }
    [[nodiscard]] const Work& first_of(const Finding& finding) const {
        return works_[first_of_.at(finding.title)];
    }
    [[nodiscard]] ReplaysByTitle replays(std::optional<Trials>& trials) const;
    [[nodiscard]] RunReport report(const ReplaysByTitle& replays) const;

private:
    Result<void> run_one(const Options& options, int console_file, KeptFile& trace);
    void add(Work work);

    const Plan& plan_;
    Interrupts& interrupts_;
    std::vector<Work> works_;
    RunOutcome all_;                               // the last one's figures, findings of all
    std::map<std::string, std::size_t> first_of_;  // a finding's title: the work that showed it
};

Result<void> CheckUp::run_one(const Options& options, int console_file, KeptFile& trace) {
    Work work{options, {}, {}, {}};
    if (options.schedule != plan_.options.schedule) {
        work.schedule = options.schedule.text();
    }
    RunSetup setup = plan_.setup(work.options);
    setup.trace = trace.for_a_run();
    ConsoleLog console(console_file, ConsoleLog::Flush::Lines, nullptr);
    Result<RunOutcome> outcome = run_workload(setup, work.options, console, interrupts_);
    console.flush();
    if (!outcome) {
        return std::unexpected(outcome.error());
    }
    trace.ended(outcome->findings.empty() ? KeptFile::Worth::Nothing : KeptFile::Worth::Keeping);
    work.outcome = std::move(*outcome);
    work.console = console.text();
    add(std::move(work));
    return {};
}

void CheckUp::add(Work work) {
    std::size_t unknown = 0;
    for (const Finding& finding : work.outcome.findings) {
        unknown += first_of_.try_emplace(finding.title, works_.size()).second;
    }
    print_line(report_of(work), unknown);
    RunOutcome next = work.outcome;
    const bool audited = works_.empty() || all_.audited;
    add_totals(next, all_);
    all_ = std::move(next);
    all_.audited = all_.audited && audited;
    works_.push_back(std::move(work));
}

Result<void> CheckUp::run_all(int console_file) {
    Result<KeptFile> trace = KeptFile::open(plan_.options.trace);
    if (!trace) {
        return std::unexpected(trace.error());
    }
    const std::vector<Options> works = works_of(plan_.guest, plan_.options);
    print_heading(plan_, works.size());
    for (const Options& options : works) {
        if (const Result<void> ran = run_one(options, console_file, *trace); !ran) {
            return ran;
        }
        if (all_.end == RunEnd::Interrupted || all_.end == RunEnd::Left ||
            all_.findings.size() >= plan_.options.max_findings) {
            break;
        }
    }
    return trace->finish();
}

// A finding's replay is looked for in the work that first showed it; the time is shared by those
// that showed any.
ReplaysByTitle CheckUp::replays(std::optional<Trials>& trials) const {
    std::vector<std::pair<const Work*, RunOutcome>> with_findings;
    for (const Work& work : works_) {
        RunOutcome own = work.outcome;
        std::erase_if(own.findings,
                      [&](const Finding& finding) { return &first_of(finding) != &work; });
        if (!own.findings.empty()) {
            with_findings.emplace_back(&work, std::move(own));
        }
    }
    ReplaysByTitle replays;
    for (const auto& [work, outcome] : with_findings) {
        Plan one = plan_;
        one.options = work->options;
        if (one.options.search) {
            one.options.search =
                std::max(std::chrono::seconds(1),
                         *one.options.search / static_cast<int>(with_findings.size()));
        }
        replays.merge(find_replays(one, outcome, trials, interrupts_));
    }
    return replays;
}

RunReport CheckUp::report(const ReplaysByTitle& replays) const {
    RunReport report = make_report(plan_.options, plan_.command, all_);
    for (const Work& work : works_) {
        report.works.push_back(report_of(work));
    }
    for (Finding& finding : report.findings) {
        set_command(finding, first_of(finding).options, plan_.command.front(), replays);
    }
    return report;
}

}  // namespace

std::vector<Options> works_of(const Guest& guest, const Options& asked) {
    std::vector<Options> works, again;
    for (const Workload& workload : workloads()) {
        const bool can_pass = !workload.needs_sharing || guest.on_fork == OnFork::Shares;
        if (workload.kind == WorkloadKind::Bench || !guest.why_not(workload).empty() || !can_pass) {
            continue;
        }
        works.push_back(options_of(asked, workload.name));
        if (workload.takes_all_memory) {
            works.back().race = false;  // it takes minutes with it
        } else if (workload.kind == WorkloadKind::Torture && !asked.given.contains("schedule")) {
            again.push_back(in_short_turns(asked, workload.name));
        }
    }
    works.insert(works.end(), again.begin(), again.end());
    for (const std::string& line : guest.own_tests) {
        works.push_back(own_test(asked, line));
    }
    return works;
}

ExitStatus check_up(const Plan& plan, std::optional<Trials>& trials, Interrupts& interrupts) {
    const Options& options = plan.options;
    auto console_file = ConsoleFile::open(options);
    if (!console_file) {
        return refuse(options, plan.command, console_file.error());
    }
    CheckUp works(plan, interrupts);
    const Result<void> ran = works.run_all(console_file->file());
    if (!ran && works.empty()) {
        return refuse(options, plan.command, {ExitStatus::Unusable, ran.error().message});
    }
    if (!ran) {  // what the others found is not lost
        complain(ran.error().message);
    }
    const ReplaysByTitle replays = works.replays(trials);
    const RunReport report = works.report(replays);
    const ExitStatus status = conclude(
        options, report, works.outcome(),
        [&](const Finding& finding) { return works.first_of(finding).console; }, replays);
    if (plan.minimizes_findings()) {
        minimize_findings(plan, report, replays, *trials, interrupts);
    }
    if (report.verdict == Verdict::Findings) {
        say_how_to_repeat(works.first_of(finding_to_show(report, replays)).options, report,
                          replays);
    }
    return !ran && status == ExitStatus::Passed ? ExitStatus::Unusable : status;
}

}  // namespace stampede
