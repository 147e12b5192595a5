#include "harts/schedule/runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace stampede {
namespace {

constexpr u64 slice = 1000;  // where there is nothing to follow
constexpr u64 longest =
    1'000'000;  // the rest of a turn comes next: who drives the machine looks around in between

}  // namespace

Turn ReplayRuns::next(u64 runnable) {
    while (at_ < runs_.size() && runs_[at_].instructions == 0) {
        ++at_;
    }
    while (at_ < runs_.size() && (runnable >> runs_[at_].hart & 1) == 0) {
        ++skipped_;
        ++at_;
    }
    following_ = at_ < runs_.size();
    if (following_) {
        return {{runs_[at_].hart}, std::min(runs_[at_].instructions, longest)};
    }
    const u64 behind = last_ + 1 < max_harts ? runnable & (~u64{0} << (last_ + 1)) : 0;
    last_ = static_cast<u32>(std::countr_zero(behind != 0 ? behind : runnable));
    return {{last_}, slice};
}

void ReplayRuns::ran(const TurnResult& result) {
    if (!following_) {
        return;
    }
    HartRun& run = runs_[at_];
    run.instructions -= std::min(run.instructions, result.instructions);
}

std::string ReplayRuns::summary() const {
    return fmt::format("{} of {} turns followed{}", at_ - skipped_, runs_.size(),
                       skipped_ == 0 ? "" : fmt::format(", {} of harts that waited", skipped_));
}

}  // namespace stampede
