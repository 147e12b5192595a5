// Where a machine's time comes from.
#pragma once
#include <atomic>
#include <chrono>

#include "harts/base/environment.h"

namespace stampede {

// What a clock knows beside the instructions executed.
struct ClockState {
    u64 time = 0;
    u64 ahead = 0, ran_ahead = 0;  // CountedClock's
};

// A clock that may jump ahead when every hart waits.
class Clock : public Environment {
public:
    // Harts parked; a counted clock's count is its counter's. A clock that is the host's goes on
    // from `state.time`.
    [[nodiscard]] virtual ClockState state() = 0;
    virtual void set_state(const ClockState& state) = 0;
    // Time becomes at least `deadline`. Only when every hart waits, under the caller's lock.
    virtual void jump_to(u64 deadline) = 0;
};

// 10 MHz off the host's monotonic clock. Any thread.
class HostClock final : public Clock {
public:
    HostClock() : start_(std::chrono::steady_clock::now()) {}
    u64 time() override;
    void jump_to(u64 deadline) override;
    ClockState state() override { return {.time = time()}; }
    void set_state(const ClockState& state) override {
        ahead_.store(ahead_.load() + state.time - time());
    }

private:
    const std::chrono::steady_clock::time_point start_;
    std::atomic<u64> ahead_{0};  // ticks jumped; written by whoever jumps, read by every hart
};

// 100 instructions executed by all harts together are a tick. One thread.
class CountedClock final : public Clock {
public:
    static constexpr u64 instructions_per_tick = 100;
    // What run_ahead() may add: so much at once and, beyond that, so many ticks for each that
    // instructions make. Time that stood still afterwards would come out even, and a guest would
    // never see a short wait end.
    static constexpr u64 run_ahead_credit = time_frequency, run_ahead_ratio = 7;

    // Instructions executed so far by all harts, the running one included.
    class Counter {
    public:
        virtual ~Counter() = default;
        [[nodiscard]] virtual u64 executed_by_all() const = 0;
    };
    explicit CountedClock(const Counter& counter) : counter_(counter) {}
    u64 time() override { return executed() + ahead_; }
    u64 instructions_until(u64 deadline) override;
    void jump_to(u64 deadline) override;
    ClockState state() override { return {time(), ahead_, ran_ahead_}; }
    void set_state(const ClockState& state) override {
        ahead_ = state.ahead;
        ran_ahead_ = state.ran_ahead;
    }
    void run_ahead(u64 time) override;

private:
    [[nodiscard]] u64 executed() const {
        return counter_.executed_by_all() / instructions_per_tick;
    }

    const Counter& counter_;
    u64 ahead_ = 0;      // of what instructions make
    u64 ran_ahead_ = 0;  // by run_ahead() alone
};

}  // namespace stampede
