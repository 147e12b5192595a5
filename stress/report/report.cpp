#include "stress/report/report.h"

#include <fmt/format.h>

#include <filesystem>

#include "harts/guests/workloads.h"
#include "harts/report/atomic_file.h"
#include "harts/report/finding_store.h"
#include "harts/report/forms/json.h"
#include "harts/report/forms/junit.h"
#include "harts/report/forms/sarif.h"

namespace stampede {
namespace {

// Files are named from the working folder. A finding without a file is shown where the workload's
// program begins.
SarifPlaces sarif_places(const Options& options) {
    std::error_code failure;
    SarifPlaces places{std::filesystem::current_path(failure), "kernel/user/workloads.txt"};
    if (const Workload* const workload = workload_named(options.workload)) {
        places.fallback_file = workload->source();
    }
    return places;
}

RunReport common(const Options& options, std::vector<std::string> command) {
    RunReport report;
    report.command = std::move(command);
    report.version = STAMPEDE_VERSION;
    report.host = HostInfo::of_this_host();
    report.options = options.texts();
    return report;
}

}  // namespace

ExitStatus exit_status_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::Passed: return ExitStatus::Passed;
    case Verdict::Findings: return ExitStatus::Findings;
    case Verdict::Interrupted: return ExitStatus::Interrupted;
    case Verdict::Error: return ExitStatus::Unusable;
    }
    return ExitStatus::Unusable;
}

RunReport make_report(const Options& options, std::vector<std::string> command,
                      const RunOutcome& outcome) {
    RunReport report = common(options, std::move(command));
    report.verdict = outcome.verdict();
    report.exit_status = static_cast<int>(exit_status_of(report.verdict));
    report.wall_s = outcome.wall_s;
    report.cpu_s = outcome.cpu_s;
    report.instructions = outcome.instructions;
    if (options.task == Task::Run) {
        report.operations[options.workload] = outcome.operations;
    }
    report.frames = outcome.frames;
    report.cow = outcome.cow;
    report.suppressed = outcome.suppressed;
    report.oracles = outcome.oracles;
    report.inferred = outcome.inferred;
    report.schedule = options.schedule.text();
    report.schedule_summary = outcome.schedule;
    report.turns = outcome.turns_taken;
    report.state_hash = outcome.state_hash;
    report.findings = outcome.findings;
    return report;
}

RunReport make_error_report(const Options& options, std::vector<std::string> command,
                            ExitStatus status, std::string error) {
    RunReport report = common(options, std::move(command));
    report.verdict = Verdict::Error;
    report.exit_status = static_cast<int>(status);
    report.error = std::move(error);
    return report;
}

std::vector<Error> write_reports(const Options& options, const RunReport& report,
                                 const ConsoleOf& console, const ReplaysByTitle& replays) {
    std::vector<Error> failures;
    const auto note = [&](const auto& done) {
        if (!done) {
            failures.push_back(done.error());
        }
    };
    if (options.json) {
        note(write_output(*options.json, run_json(report)));
    }
    if (options.sarif) {
        note(write_output(*options.sarif, sarif_json(report, sarif_places(options))));
    }
    if (options.junit) {
        note(write_output(*options.junit, junit_xml(report, options.workload)));
    }
    if (options.findings_folder) {
        const FindingStore store(*options.findings_folder);
        for (const Finding& finding : report.findings) {
            Attachments attachments{{"console.txt", console(finding)}};
            if (const auto replay = replays.find(finding.title); replay != replays.end()) {
                const Result<std::string> text = replay_text(replay->second);
                if (text) {
                    attachments.emplace(replay_file_name, *text);
                } else {
                    failures.push_back(text.error());
                }
            }
            note(store.add(finding, attachments));
        }
    }
    return failures;
}

}  // namespace stampede
