// The replay files of a run's findings, and the commands that show them again.
#pragma once
#include <map>
#include <string>

#include "harts/report/forms/run_report.h"
#include "stress/options/options.h"
#include "stress/replay/effort.h"
#include "stress/replay/replay.h"

namespace stampede {

using ReplaysByTitle = std::map<std::string, ReplayFile>;

// Whether a finding can be brought about again by the guest's means alone: a limit of host time
// cannot.
[[nodiscard]] bool repeats(const Finding& finding);

// Of a repeatable run: its own options and schedule show each finding again.
[[nodiscard]] ReplaysByTitle replays_of_repeatable(const Options& options, const GuestHashes& guest,
                                                   const std::vector<Finding>& findings);

// Those that lie in the findings folder from earlier runs and still fit `guest` and the build. One
// that does not is removed: it shows nothing any more.
[[nodiscard]] ReplaysByTitle replays_on_disk(const Options& options, const GuestHashes& guest,
                                             const std::vector<Finding>& findings);

// Of a replay: what it was to show and did, each with the file.
[[nodiscard]] ReplaysByTitle replays_of_file(const ReplayFile& file,
                                             const std::vector<Finding>& findings);

// Gives a finding its command: the replay of its folder where that is what repeats, else the
// options again.
void set_command(Finding& finding, const Options& options, const std::string& program,
                 const ReplaysByTitle& replays);
void set_commands(RunReport& report, const Options& options, const std::string& program,
                  const ReplaysByTitle& replays);

// What to say before the last line of a failing run, whose command `finding`'s is.
[[nodiscard]] std::string repeatability_text(const Options& options, const Finding& finding,
                                             const ReplaysByTitle& replays);

// The finding whose command a run ends with: the first that repeats, else the first.
[[nodiscard]] const Finding& finding_to_show(const RunReport& report,
                                             const ReplaysByTitle& replays);

}  // namespace stampede
