#include "harts/machine/clocks.h"

#include <limits>

namespace stampede {

u64 HostClock::time() {
    const auto elapsed = std::chrono::steady_clock::now() - start_;
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count();
    // acquire: pairs with jump_to; whoever sees the jump sees why.
    return static_cast<u64>(nanoseconds) / (1'000'000'000 / time_frequency) +
           ahead_.load(std::memory_order_acquire);
}

void HostClock::jump_to(u64 deadline) {
    if (const u64 now = time(); deadline > now) {
        ahead_.fetch_add(deadline - now, std::memory_order_acq_rel);
    }
}

u64 CountedClock::instructions_until(u64 deadline) {
    if (deadline == std::numeric_limits<u64>::max()) {
        return deadline;
    }
    const u64 now = time();
    if (deadline <= now) {
        return 0;
    }
    if (deadline - now > std::numeric_limits<u64>::max() / instructions_per_tick) {
        return std::numeric_limits<u64>::max();
    }
    return (deadline - now) * instructions_per_tick -
           counter_.executed_by_all() % instructions_per_tick;
}

void CountedClock::jump_to(u64 deadline) {
    if (const u64 now = time(); deadline > now) {
        ahead_ += deadline - now;
    }
}

void CountedClock::run_ahead(u64 time) {
    const u64 now = this->time();
    if (time > now &&
        ran_ahead_ + (time - now) <= run_ahead_credit + run_ahead_ratio * executed()) {
        ahead_ += time - now;
        ran_ahead_ += time - now;
    }
}

}  // namespace stampede
