// What a command says and writes at its end.
#pragma once
#include <string>
#include <vector>

#include "stress/options/options.h"
#include "stress/options/refusal.h"
#include "stress/replay/finding_replays.h"
#include "stress/report/report.h"
#include "stress/run/run.h"

namespace stampede {

// Says so on stderr.
void complain(const std::string& text);

// Says each on stderr. Gives `status`, or where that was none of failure, one that says so.
[[nodiscard]] ExitStatus tell_failures(const std::vector<Error>& failures, ExitStatus status);

// Prints the summary and writes the reports; gives the exit status.
[[nodiscard]] ExitStatus conclude(const Options& options, const RunReport& report,
                                  const RunOutcome& outcome, const ConsoleOf& console,
                                  const ReplaysByTitle& replays);

// How a failing run is shown again, in the last line.
void say_how_to_repeat(const Options& options, const RunReport& report,
                       const ReplaysByTitle& replays);

// Says why nothing ran, in the reports too.
[[nodiscard]] ExitStatus refuse(const Options& options, const std::vector<std::string>& command,
                                const Refusal& refusal);

}  // namespace stampede
