#include "stress/replay/trial_reports.h"

#include <algorithm>
#include <cstdio>

#include "stress/commands/outcome_totals.h"
#include "stress/options/option_table.h"
#include "stress/replay/replay.h"
#include "stress/report/conclusion.h"
#include "stress/report/report.h"

namespace stampede {

std::expected<TrialReports, Refusal> TrialReports::open(const Plan& plan) {
    Result<KeptFile> console = KeptFile::open(plan.options.console),
                     trace = KeptFile::open(plan.options.trace);
    if (!console || !trace) {
        return std::unexpected(
            Refusal{ExitStatus::Unusable, (console ? trace : console).error().message});
    }
    return TrialReports(plan, std::move(*console), std::move(*trace));
}

bool TrialReports::wanted() const {
    return std::ranges::any_of(option_rows(), [&](const OptionRow& row) {
        return row.part == Part::Output && !row.is_default(plan_.options);
    });
}

void TrialReports::prepare(Trial& trial) const {
    if (wanted()) {
        trial.tells = Trial::Tells::Everything;
        trial.console = console_.for_a_run();
        trial.trace = trace_.for_a_run();
    }
}

void TrialReports::add(TrialResult result, bool shown) {
    const auto worth = shown ? KeptFile::Worth::Keeping : KeptFile::Worth::Nothing;
    console_.ended(worth);
    trace_.ended(worth);
    problem_ = result.problem.empty() ? problem_ : result.problem;
    if (!result.outcome) {
        return;
    }
    if (shown || !shown_) {
        said_ = std::move(result.console);
        if (outcome_) {
            add_totals(*result.outcome, *outcome_);
        }
        outcome_ = std::move(result.outcome);
    } else {
        add_totals(*outcome_, *result.outcome);
    }
    shown_ |= shown;
}

RunReport TrialReports::report_of(const ReplayFile& file, ExitStatus status) const {
    if (!outcome_) {
        RunReport report = make_error_report(plan_.options, plan_.command, status, problem_);
        report.verdict = problem_.empty() ? Verdict::Interrupted : Verdict::Error;
        return report;
    }
    Options options = plan_.options;
    (void)take_from(file, options);  // which has been run
    RunReport report = make_report(options, plan_.command, *outcome_);
    report.exit_status = static_cast<int>(status);
    if (status == ExitStatus::Interrupted && report.findings.empty()) {
        report.verdict = Verdict::Interrupted;
    }
    for (Finding& finding : report.findings) {
        finding.reproduce = options.rerun(plan_.command.front());
    }
    return report;
}

std::vector<Error> TrialReports::write_all(const ReplayFile& file, ExitStatus status) {
    std::vector<Error> failures;
    for (KeptFile* kept : {&console_, &trace_}) {
        if (const Result<void> finished = kept->finish(); !finished) {
            failures.push_back(finished.error());
        }
    }
    const RunReport report = report_of(file, status);
    std::ranges::move(write_reports(
                          plan_.options, report, [this](const Finding&) { return said_; },
                          replays_of_file(file, report.findings)),
                      std::back_inserter(failures));
    return failures;
}

ExitStatus TrialReports::write(const ReplayFile& file, ExitStatus status) {
    return tell_failures(write_all(file, status), status);
}

}  // namespace stampede
