#include "stress/report/conclusion.h"

#include <fmt/format.h>

#include <cstdio>

#include "harts/report/forms/text.h"
#include "stress/report/report.h"
#include "stress/report/summary.h"

namespace stampede {

void complain(const std::string& text) { fmt::print(stderr, "stress: {}\n", text); }

ExitStatus tell_failures(const std::vector<Error>& failures, ExitStatus status) {
    std::fflush(stdout);
    for (const Error& failure : failures) {
        complain(failure.message);
    }
    return failures.empty() || status == ExitStatus::Findings ? status : ExitStatus::Unusable;
}

ExitStatus conclude(const Options& options, const RunReport& report, const RunOutcome& outcome,
                    const ConsoleOf& console, const ReplaysByTitle& replays) {
    const bool failed = report.verdict == Verdict::Findings;
    if (options.task != Task::Shell || failed) {
        fmt::print("{}", summary_text(report, outcome));
    }
    std::vector<Error> failures = write_reports(options, report, console, replays);
    failures.insert(failures.begin(), outcome.lost.begin(), outcome.lost.end());
    return tell_failures(failures, static_cast<ExitStatus>(report.exit_status));
}

void say_how_to_repeat(const Options& options, const RunReport& report,
                       const ReplaysByTitle& replays) {
    if (report.verdict == Verdict::Findings) {
        const Finding& finding = finding_to_show(report, replays);
        fmt::print("{}{}\n", repeatability_text(options, finding, replays),
                   shell_line(finding.reproduce));
        std::fflush(stdout);
    }
}

ExitStatus refuse(const Options& options, const std::vector<std::string>& command,
                  const Refusal& refusal) {
    complain(refusal.text);
    const RunReport report = make_error_report(options, command, refusal.status, refusal.text);
    for (const Error& failure : write_reports(options, report, {}, {})) {
        complain(failure.message);
    }
    return refusal.status;
}

}  // namespace stampede
