// `replay:FILE`: the turns of an earlier run, one after the other.
#pragma once
#include <vector>

#include "harts/report/replay/hart_runs.h"
#include "harts/schedule/schedule.h"

namespace stampede {

// Follows `runs`; where they end or ask for a hart that waits, round-robin goes on. Spinning harts
// are not looked for: the runs say it all.
class ReplayRuns final : public Schedule {
public:
    explicit ReplayRuns(std::vector<HartRun> runs) : runs_(std::move(runs)) {}
    Turn next(u64 runnable) override;
    void ran(const TurnResult& result) override;
    [[nodiscard]] bool looks_for_spins() const override { return false; }
    [[nodiscard]] std::string summary() const override;

private:
    std::vector<HartRun> runs_;
    std::size_t at_ = 0;
    u64 skipped_ = 0;  // turns that could not be followed
    bool following_ = false;
    u32 last_ = max_harts - 1;
};

}  // namespace stampede
