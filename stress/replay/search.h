// What a parallel run found, brought about once more by a schedule that repeats: same workload,
// same seed, one small schedule after the other.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "harts/report/replay/replay_file.h"
#include "stress/replay/effort.h"

namespace stampede {

struct SearchResult {
    std::map<std::string, ReplayFile> found;  // by title
    u64 tries = 0;
    double seconds = 0;
};

// `file` says what all tries have in common; its schedule and titles do not matter. `operations`:
// how many the parallel run did, 0 where they are not counted. Ends when each of `titles` has
// shown, or with `effort`.
[[nodiscard]] SearchResult search(const ReplayFile& file, std::vector<std::string> titles,
                                  u64 operations, Effort& effort);

}  // namespace stampede
