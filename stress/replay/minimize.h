// The smallest run that still shows a finding: first a smaller workload and machine, then a simpler
// schedule, then fewer turns, by delta debugging (Zeller and Hildebrandt, "Simplifying and
// Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002): parts of the list of turns are merged,
// halves first, then quarters and so on, for as long as the title stays.
#pragma once
#include "harts/report/replay/replay_file.h"
#include "stress/replay/effort.h"

namespace stampede {

struct Minimized {
    bool repeats = false;  // false: it did not show even once, `file` is the one that was given
    ReplayFile file;       // fits into a replay file
    TrialResult before, after;
    u64 tries = 0;
    double seconds = 0;
};

// A file with exactly one title. Ends with `effort` and the best so far.
[[nodiscard]] Minimized minimize(const ReplayFile& file, Effort& effort);

// What has become smaller, on one line.
[[nodiscard]] std::string minimized_text(const Minimized& minimized, const ReplayFile& original);

}  // namespace stampede
