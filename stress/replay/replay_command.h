// What `--replay`, `--times`, `--minimize` and `--search` do and say.
#pragma once
#include "harts/report/replay/replay_file.h"
#include "stress/replay/finding_replays.h"
#include "stress/options/options.h"
#include "stress/run/run.h"
#include "stress/replay/trials.h"

namespace stampede {

// `--replay PATH --times N`: how many of the runs showed it.
[[nodiscard]] ExitStatus repeat_replay(const Options& options, const ReplayFile& file, Trials& trials, const Interrupts& interrupts);

// `--replay PATH --minimize`: writes the smaller file in place of the one at `path` and keeps that beside it.
[[nodiscard]] ExitStatus minimize_replay(const Options& options, const std::filesystem::path& path, Trials& trials,
                                         const Interrupts& interrupts, std::chrono::milliseconds budget);

// `--search`: for those findings that have no replay yet. Adds to `replays` and says how it went.
void search_replays(const Options& options, const std::string& kernel, const RunOutcome& outcome, Trials& trials,
                    const Interrupts& interrupts, ReplaysByTitle& replays);

// What a replay showed of its titles, a line each.
[[nodiscard]] std::string shown_text(const ReplayFile& file, const RunOutcome& outcome);

// The time that --minimize may take.
[[nodiscard]] std::chrono::milliseconds minimizing_time(const Options& options);

}  // namespace stampede
