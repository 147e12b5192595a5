#include "harts/oracles/progress/watchdog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede {
namespace {

using testing::HasSubstr;

constexpr WatchdogLimits limits{.instructions_with_interrupts_off = 10'000,
                                .instructions_without_progress = 500,
                                .instructions_in_a_ring = 300,
                                .looks_asleep = 3};

HartStatus working(u32 hart, u64 retired) {
    return {
        .hart = hart, .pc = 0x1000, .mode = Privilege::User, .can_wake = true, .retired = retired};
}
HartStatus idle(u32 hart) {
    return {.hart = hart, .pc = 0x2000, .waiting = true, .can_wake = true, .retired = 7};
}
HartStatus asleep(u32 hart) {
    return {.hart = hart, .pc = 0x2000, .waiting = true, .can_wake = false, .retired = 7};
}
HartStatus spinning(u32 hart, u64 address, u64 retired = 9) {
    return {.hart = hart,
            .pc = 0x3008,
            .mode = Privilege::Supervisor,
            .interrupts_off = true,
            .retired = retired,
            .spin_pc = 0x3000,
            .spin_address = address,
            .spin_word = PhysAddr{address}};
}
HartStatus off(u32 hart, u64 retired, u64 traps = 3) {
    return {.hart = hart,
            .pc = 0x4000,
            .mode = Privilege::Supervisor,
            .interrupts_off = true,
            .retired = retired,
            .traps = traps};
}

// The first complaint within `looks` looks at what `harts` gives for each of them, or nothing.
template <class Harts>
std::optional<Stuck> watch(unsigned looks, Harts&& harts,
                           Watchdog::Input input = Watchdog::Input::None,
                           Watchdog::HolderOf holder_of = nullptr) {
    Watchdog watchdog(limits, input, std::move(holder_of));
    for (unsigned look = 0; look < looks; ++look) {
        const std::vector<HartStatus> now = harts(look);
        if (auto stuck = watchdog.look(now)) {
            return stuck;
        }
    }
    return std::nullopt;
}

TEST(Watchdog, work_and_idling_are_progress) {
    EXPECT_FALSE(watch(100, [](u64 look) { return std::vector{working(0, look * 500), idle(1)}; }));
    EXPECT_FALSE(watch(100, [](u64) { return std::vector{idle(0), idle(1)}; }));
}

TEST(Watchdog, a_hart_that_keeps_interrupts_off_for_too_many_instructions_is_named) {
    const auto stuck = watch(
        100, [](u64 look) { return std::vector{working(0, look * 500), off(1, look * 1000)}; });
    ASSERT_TRUE(stuck);
    EXPECT_THAT(stuck->title, HasSubstr("interrupts off"));
    EXPECT_EQ(stuck->hart, 1u);
    EXPECT_FALSE(watch(10, [](u64 look) { return std::vector{off(1, look * 100)}; }))
        << "the limit is 10,000 instructions";
}

TEST(Watchdog, a_hart_that_takes_traps_in_between_only_looks_as_if_interrupts_were_off) {
    EXPECT_FALSE(watch(100, [](u64 look) { return std::vector{off(0, look * 6000, look)}; }));
}

TEST(Watchdog, interrupts_on_at_one_look_start_the_count_again) {
    EXPECT_FALSE(watch(100, [](u64 look) {
        return std::vector{look % 8 == 0 ? working(0, look * 1000) : off(0, look * 1000)};
    }));
}

TEST(Watchdog, harts_that_all_sleep_without_a_timer_are_stuck_unless_somebody_may_type) {
    const auto all_asleep = [](u64) { return std::vector{asleep(0), asleep(1)}; };
    const auto stuck = watch(10, all_asleep);
    ASSERT_TRUE(stuck);
    EXPECT_THAT(stuck->title, HasSubstr("no interrupt can wake"));
    EXPECT_FALSE(watch(10, all_asleep, Watchdog::Input::Possible));
    EXPECT_FALSE(watch(10, [](u64) { return std::vector{asleep(0), idle(1)}; }));
}

TEST(Watchdog, harts_that_spin_for_ever_while_all_others_wait_are_stuck) {
    const auto stuck = watch(10, [](u64 look) {
        return std::vector{idle(0), spinning(1, 0x8000'1000, look * 50),
                           spinning(2, 0x8000'2000, look * 50)};
    });
    ASSERT_TRUE(stuck);
    EXPECT_THAT(stuck->title, HasSubstr("every hart spins"));
    EXPECT_EQ(stuck->hart, 1u);
    EXPECT_FALSE(watch(1000, [](u64) { return std::vector{idle(0), spinning(1, 0x8000'1000)}; }))
        << "looks at a hart that has no turn count for nothing";
}

TEST(Watchdog, spinning_while_somebody_works_or_on_changing_words_is_waiting_like_any_other) {
    EXPECT_FALSE(watch(100, [](u64 look) {
        return std::vector{working(0, look * 500), spinning(1, 0x8000'1000, look * 50)};
    }));
    EXPECT_FALSE(watch(100, [](u64 look) {
        return std::vector{idle(0), spinning(1, 0x8000'1000 + look % 2 * 8, look * 50)};
    }));
}

// Harts 1 and 2 spin on words a and b, hart 0 works; the holders as told.
std::optional<Stuck> watch_two_locks(std::optional<u32> holder_of_a,
                                     std::optional<u32> holder_of_b) {
    constexpr u64 a = 0x8000'1000, b = 0x8000'2000;
    return watch(
        100,
        [](u64 look) {
            return std::vector{working(0, look * 500), spinning(1, a, look * 50),
                               spinning(2, b, look * 50)};
        },
        Watchdog::Input::None,
        [=](PhysAddr word) {
            return word.value == a ? holder_of_a : word.value == b ? holder_of_b : std::nullopt;
        });
}

TEST(Watchdog, harts_that_hold_what_the_other_waits_for_are_a_deadlock_whatever_others_do) {
    const auto stuck = watch_two_locks(2, 1);
    ASSERT_TRUE(stuck);
    EXPECT_EQ(stuck->kind, FindingKind::deadlock);
    EXPECT_EQ(stuck->ring, (std::vector<WaitsFor>{{1, {0x8000'1000}, 2}, {2, {0x8000'2000}, 1}}));
}

TEST(Watchdog, a_hart_that_waits_for_its_own_lock_is_a_deadlock) {
    const auto stuck = watch_two_locks(0, 2);
    ASSERT_TRUE(stuck);
    EXPECT_EQ(stuck->ring, (std::vector<WaitsFor>{{2, {0x8000'2000}, 2}}));
}

TEST(Watchdog, waiting_for_a_hart_that_works_or_for_nobody_known_is_no_deadlock) {
    EXPECT_FALSE(watch_two_locks(0, 1));
    EXPECT_FALSE(watch_two_locks(std::nullopt, std::nullopt));
}

TEST(Watchdog, a_loop_is_one_whichever_of_its_waiting_instructions_was_seen) {
    const auto spins_at = [](u64 look, u64 away) {
        HartStatus hart = spinning(0, 0x80001000, look * 100);
        hart.spin_pc += look % 2 * away;
        hart.pc = hart.spin_pc;
        return hart;
    };
    EXPECT_TRUE(watch(100, [&](u64 look) { return std::vector{spins_at(look, 12), idle(1)}; }));
    EXPECT_FALSE(watch(100, [&](u64 look) { return std::vector{spins_at(look, 4096), idle(1)}; }))
        << "two loops in turn: something moves";
}

}  // namespace
}  // namespace stampede
