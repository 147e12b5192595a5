#include "harts/machine/clocks.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace stampede {
namespace {

struct Executed final : CountedClock::Counter {
    [[nodiscard]] u64 executed_by_all() const override { return count; }
    u64 count = 0;
};

TEST(CountedClockTest, a_hundred_instructions_are_a_tick) {
    Executed executed;
    CountedClock clock(executed);
    EXPECT_EQ(clock.time(), 0u);
    executed.count = 99;
    EXPECT_EQ(clock.time(), 0u);
    executed.count = 100;
    EXPECT_EQ(clock.time(), 1u);
}

TEST(CountedClockTest, the_instructions_to_a_deadline_reach_it_exactly) {
    Executed executed;
    CountedClock clock(executed);
    for (const u64 start : {0u, 1u, 99u, 100u, 12'345u}) {
        for (const u64 jump : {0u, 77u}) {
            executed.count = start;
            clock.jump_to(clock.time() + jump);
            const u64 deadline = clock.time() + 7;
            const u64 until = clock.instructions_until(deadline);
            executed.count += until - 1;
            EXPECT_LT(clock.time(), deadline);
            executed.count += 1;
            EXPECT_EQ(clock.time(), deadline);
            EXPECT_EQ(clock.instructions_until(deadline), 0u);
        }
    }
}

TEST(CountedClockTest, deadlines_too_far_to_count_are_never) {
    Executed executed;
    CountedClock clock(executed);
    for (const u64 far : {std::numeric_limits<u64>::max(), u64{1} << 63,
                          std::numeric_limits<u64>::max() / 100 + 2}) {
        EXPECT_EQ(clock.instructions_until(far), std::numeric_limits<u64>::max()) << far;
    }
}

TEST(CountedClockTest, it_jumps_forward_only) {
    Executed executed;
    CountedClock clock(executed);
    clock.jump_to(500);
    EXPECT_EQ(clock.time(), 500u);
    clock.jump_to(400);
    EXPECT_EQ(clock.time(), 500u);
    executed.count = 200;
    EXPECT_EQ(clock.time(), 502u);
}

TEST(CountedClockTest, it_goes_on_from_where_it_has_run_ahead_to) {
    Executed executed;
    CountedClock clock(executed);
    clock.run_ahead(1'000);
    EXPECT_EQ(clock.time(), 1'000u);
    clock.run_ahead(900);
    EXPECT_EQ(clock.time(), 1'000u);
    executed.count = 200;
    EXPECT_EQ(clock.time(), 1'002u);
}

TEST(CountedClockTest, it_runs_ahead_by_its_credit_and_then_in_proportion_to_instructions) {
    Executed executed;
    CountedClock clock(executed);
    clock.run_ahead(CountedClock::run_ahead_credit + 1);
    EXPECT_EQ(clock.time(), 0u);
    clock.run_ahead(CountedClock::run_ahead_credit);
    EXPECT_EQ(clock.time(), CountedClock::run_ahead_credit);
    executed.count = 1'000;
    u64 now = clock.time();
    clock.run_ahead(now + 10 * CountedClock::run_ahead_ratio + 1);
    EXPECT_EQ(clock.time(), now);
    clock.run_ahead(now + 10 * CountedClock::run_ahead_ratio);
    EXPECT_EQ(clock.time(), now + 10 * CountedClock::run_ahead_ratio);
    clock.jump_to(now += 100'000);
    clock.run_ahead(now + 1);
    EXPECT_EQ(clock.time(), now) << "a jump gives no credit";
}

TEST(CountedClockTest, its_state_brings_jumps_and_runs_ahead_back) {
    Executed executed;
    CountedClock clock(executed);
    executed.count = 1'000;
    clock.jump_to(500);
    clock.run_ahead(510);
    const ClockState state = clock.state();
    EXPECT_EQ(clock.time(), 510u);
    executed.count = 3'000;
    clock.jump_to(900);
    clock.run_ahead(900 + CountedClock::run_ahead_credit);
    executed.count = 1'000;
    clock.set_state(state);
    EXPECT_EQ(clock.time(), 510u);
    executed.count = 2'500;
    EXPECT_EQ(clock.time(), 525u);
    clock.run_ahead(525 + CountedClock::run_ahead_credit);
    EXPECT_EQ(clock.time(), 525 + CountedClock::run_ahead_credit)
        << "what is spent after the state was taken is there again";
}

TEST(HostClockTest, it_begins_at_zero_and_does_not_go_back_while_others_jump) {
    HostClock clock;
    EXPECT_LT(clock.time(), u64{3600} * time_frequency);
    std::thread jumper([&] {
        for (u64 n = 1; n < 200; ++n) {
            clock.jump_to(n * 1'000'000'000);
        }
    });
    u64 last = 0, backwards = 0;
    while (last < 199 * u64{1'000'000'000}) {
        const u64 now = clock.time();
        backwards += now < last;
        last = now;
    }
    jumper.join();
    EXPECT_EQ(backwards, 0u);
    EXPECT_EQ(clock.instructions_until(last + 1), std::numeric_limits<u64>::max())
        << "host time does not wait for instructions";
}

}  // namespace
}  // namespace stampede
