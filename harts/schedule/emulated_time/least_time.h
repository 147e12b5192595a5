// The hart with the least emulated time runs next, the lowest of those at one time, until it is a
// little ahead of the next.
#pragma once
#include "harts/schedule/emulated_time/emulated_time.h"
#include "harts/schedule/schedule.h"

namespace stampede {

class LeastTime final : public Schedule {
public:
    // Cycles that a hart may be ahead of another: the error in the order of accesses of different
    // harts.
    static constexpr u64 ahead = 50;

    explicit LeastTime(EmulatedTime& time) : time_(time) {}

    Turn next(u64 runnable) override;
    [[nodiscard]] bool looks_for_spins() const override { return false; }

private:
    static constexpr u64 longest = 10'000;  // where nobody else runs

    EmulatedTime& time_;
    u64 awake_ = 0;
};

}  // namespace stampede
