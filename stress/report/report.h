// From a run's outcome to what is written about it.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "harts/base/error.h"
#include "harts/report/forms/run_report.h"
#include "stress/options/options.h"
#include "stress/replay/finding_replays.h"
#include "stress/run/run.h"

namespace stampede {

[[nodiscard]] ExitStatus exit_status_of(Verdict verdict);

// Each finding still wants the command that shows it again.
[[nodiscard]] RunReport make_report(const Options& options, std::vector<std::string> command,
                                    const RunOutcome& outcome);

// The report of a run that could not start.
[[nodiscard]] RunReport make_error_report(const Options& options, std::vector<std::string> command,
                                          ExitStatus status, std::string error);

// What the guest said in the run that showed a finding.
using ConsoleOf = std::function<std::string(const Finding&)>;

// --json, --sarif, --junit and --findings, as far as asked for; a finding's folder gets its replay
// and console. What cannot be written keeps nothing else from being: all failures.
[[nodiscard]] std::vector<Error> write_reports(const Options& options, const RunReport& report,
                                               const ConsoleOf& console,
                                               const ReplaysByTitle& replays);

}  // namespace stampede
