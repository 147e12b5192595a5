#include "stress/replay/effort.h"

#include <algorithm>

namespace stampede {

std::optional<TrialResult> Effort::run(Trial trial) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Clock::now());
    if (left.count() <= 0) {
        return std::nullopt;
    }
    trial.limit = std::min(trial.limit, left);
    std::optional<TrialResult> result = trials_.run(trial, interrupts_);
    tries_ += result ? 1 : 0;
    return result;
}

}  // namespace stampede
