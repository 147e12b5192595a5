// What `--replay`, `--times`, `--minimize` and `--search` do and say.
#pragma once
#include "harts/report/replay/replay_file.h"
#include "stress/plan.h"
#include "stress/replay/finding_replays.h"
#include "stress/replay/trials.h"
#include "stress/run/run.h"

namespace stampede {

// `--replay PATH --times N`: how many of the runs showed it. The reports are of all runs together,
// console and trace of the last one that showed it.
[[nodiscard]] ExitStatus repeat_replay(const Plan& plan, Trials& trials,
                                       const Interrupts& interrupts);

// `--replay PATH --minimize`: as minimize_file(). The reports are of one more run, of what is left.
[[nodiscard]] ExitStatus minimize_replay(const Plan& plan, Trials& trials,
                                         const Interrupts& interrupts);

// Writes the smaller file in place of the one at `path`, a finding's folder or the file itself,
// keeps that beside it, and says so. Error: a file that cannot be used or written.
[[nodiscard]] Result<ExitStatus> minimize_file(const std::filesystem::path& path, Trials& trials,
                                               const Interrupts& interrupts,
                                               std::chrono::milliseconds budget);

// `--search`: for those findings that have no replay yet. Adds to `replays` and says how it went.
void search_replays(const Options& options, const GuestHashes& guest, const RunOutcome& outcome,
                    Trials& trials, const Interrupts& interrupts, ReplaysByTitle& replays);

// What a replay showed of its titles, a line each.
[[nodiscard]] std::string not_shown_text(const std::string& title);
[[nodiscard]] std::string shown_text(const ReplayFile& file, const RunOutcome& outcome);

// The time that --minimize may take.
[[nodiscard]] std::chrono::milliseconds minimizing_time(const Options& options);

}  // namespace stampede
