#include "stress/report/conclusion.h"

#include <fmt/format.h>

#include <cstdio>

#include "harts/report/forms/text.h"
#include "stress/report/report.h"
#include "stress/report/summary.h"

namespace stampede {

void complain(const std::string& text) { fmt::print(stderr, "stress: {}\n", text); }

ExitStatus conclude(const Options& options, const RunReport& report, const RunOutcome& outcome,
                    const ConsoleOf& console, const ReplaysByTitle& replays) {
    const bool failed = report.verdict == Verdict::Findings;
    if (options.task != Task::Shell || failed) {
        fmt::print("{}", summary_text(report, outcome));
    }
    auto status = static_cast<ExitStatus>(report.exit_status);
    if (const Result<void> written = write_reports(options, report, console, replays); !written) {
        std::fflush(stdout);
        complain(written.error().message);
        status = failed ? status : ExitStatus::Unusable;
    }
    std::fflush(stdout);
    return status;
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
    if (const auto written = write_reports(options, report, {}, {}); !written) {
        complain(written.error().message);
    }
    return refusal.status;
}

}  // namespace stampede
