#include "stress/replay/turn_merging.h"

#include <algorithm>

namespace stampede {
namespace {

void append(std::vector<HartRun>& turns, const HartRun& turn) {
    if (!turns.empty() && turns.back().hart == turn.hart) {
        turns.back().instructions += turn.instructions;
    } else {
        turns.push_back(turn);
    }
}

}  // namespace

std::vector<HartRun> merge_turns(std::span<const HartRun> turns, std::size_t begin,
                                 std::size_t end) {
    begin = std::min(begin, turns.size());
    end = std::clamp(end, begin, turns.size());
    std::vector<HartRun> merged;  // of the part in the middle, at most one a hart
    for (const HartRun& turn : turns.subspan(begin, end - begin)) {
        const auto known = std::ranges::find(merged, turn.hart, &HartRun::hart);
        if (known != merged.end()) {
            known->instructions += turn.instructions;
        } else {
            merged.push_back(turn);
        }
    }
    std::vector<HartRun> all;
    for (const std::span<const HartRun> part :
         {turns.first(begin), std::span<const HartRun>(merged), turns.subspan(end)}) {
        for (const HartRun& turn : part) {
            append(all, turn);
        }
    }
    return all;
}

}  // namespace stampede
