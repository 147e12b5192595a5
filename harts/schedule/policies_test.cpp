// Who runs next, asked of each policy as the machine asks it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "harts/schedule/pct.h"
#include "harts/schedule/random_schedule.h"
#include "harts/schedule/round_robin.h"
#include "harts/schedule/runs.h"

namespace stampede {
namespace {

constexpr u64 all_of_4 = 0b1111;

TEST(RoundRobinTest, takes_each_hart_that_can_run_in_turn) {
    RoundRobin schedule(50);
    for (const u32 expected : {0u, 1u, 2u, 3u, 0u}) {
        const Turn turn = schedule.next(all_of_4);
        EXPECT_EQ(turn.hart.value, expected);
        EXPECT_EQ(turn.instructions, 50u);
        EXPECT_EQ(turn.events, Turn::no_limit);
    }
    EXPECT_EQ(schedule.next(0b1001).hart.value, 3u);
    EXPECT_EQ(schedule.next(0b1000).hart.value, 3u);
    EXPECT_EQ(schedule.next(u64{1} << 63).hart.value, 63u);
    EXPECT_EQ(schedule.next(~u64{0}).hart.value, 0u);
}

TEST(RandomScheduleTest, takes_every_hart_equally_often_for_as_long_as_asked_on_average) {
    RandomSchedule schedule(1, 1000);
    std::map<u32, unsigned> taken;
    u64 sum = 0;
    constexpr unsigned turns = 30'000;
    for (unsigned n = 0; n < turns; ++n) {
        const Turn turn = schedule.next(0b10110);
        ++taken[turn.hart.value];
        sum += turn.instructions;
        ASSERT_GE(turn.instructions, 1u);
    }
    ASSERT_EQ(taken.size(), 3u);
    for (const u32 hart : {1u, 2u, 4u}) {
        EXPECT_NEAR(taken[hart], turns / 3, 410);  // five standard deviations
    }
    EXPECT_NEAR(static_cast<double>(sum) / turns, 1000, 30);
}

TEST(RandomScheduleTest, a_turn_is_one_of_64_lengths_and_never_of_no_instruction) {
    RandomSchedule schedule(1, 1000), shortest(1, 1);
    std::map<u64, unsigned> lengths;
    for (unsigned n = 0; n < 10'000; ++n) {
        ++lengths[schedule.next(1).instructions];
        ASSERT_GE(shortest.next(1).instructions, 1u);
    }
    EXPECT_EQ(lengths.size(), 64u);
}

// --- PCT, on harts that do nothing but events ----------------------------------------------------

// The hart of each of `events` events.
std::vector<u32> events_of(Pct& schedule, u64 harts, u64 events) {
    std::vector<u32> order;
    while (order.size() < events) {
        const Turn turn = schedule.next((u64{1} << harts) - 1);
        for (u64 n = 0; n < turn.events && order.size() < events; ++n) {
            order.push_back(turn.hart.value);
        }
        if (order.size() < events) {
            schedule.ran({turn.hart, turn.events, turn.events, StopReason::Postponed});
        }
    }
    return order;
}

TEST(PctTest, with_depth_1_the_first_hart_does_everything_and_each_is_first_equally_often) {
    std::map<u32, unsigned> first;
    for (u64 seed = 0; seed < 4'000; ++seed) {
        Pct schedule(seed, 4, 1, 100);
        const std::vector<u32> order = events_of(schedule, 4, 100);
        EXPECT_EQ(std::count(order.begin(), order.end(), order.front()), 100);
        ++first[order.front()];
    }
    for (const auto& [hart, times] : first) {
        EXPECT_NEAR(times, 1'000, 140) << hart;  // five standard deviations
    }
}

// What the guarantee stands on: the change is before the k_i-th event, k_i from 1 to k, neither
// more nor less.
TEST(PctTest, with_depth_2_the_change_comes_before_each_of_k_events_equally_often) {
    constexpr u64 k = 20;
    std::map<std::size_t, unsigned> changes;
    for (u64 seed = 0; seed < 20'000; ++seed) {
        Pct schedule(seed, 2, 2, k);
        const Turn initial = schedule.next(0b11);
        Pct again(seed, 2, 2, k);
        const std::vector<u32> order = events_of(again, 2, k);
        std::size_t before = 1;
        while (before <= k && order[before - 1] == initial.hart.value) {
            ++before;
        }
        ++changes[before];
    }
    EXPECT_EQ(changes.size(), k);
    for (const auto& [before, times] : changes) {
        EXPECT_GE(before, 1u);
        EXPECT_LE(before, k);
        EXPECT_NEAR(times, 1'000, 155) << "before event " << before;
    }
}

TEST(PctTest, every_round_has_a_change) {
    constexpr u64 k = 20, seeds = 200;
    std::array<unsigned, 3> changed{};
    for (u64 seed = 0; seed < seeds; ++seed) {
        Pct schedule(seed, 2, 2, k);
        const std::vector<u32> order = events_of(schedule, 2, changed.size() * k);
        for (std::size_t round = 0; round < changed.size(); ++round) {
            changed[round] += order[round * k] != order[round * k + k - 1] ? 1 : 0;
        }
    }
    for (const unsigned times : changed) {
        EXPECT_NEAR(times, seeds * (k - 1) / k, 16)
            << "but before the first event, where it does not show";
    }
}

TEST(PctTest, points_at_one_event_make_one_hart_fall_to_the_lowest_of_them) {
    Pct schedule(1, 3, 3, 1);  // two points, both before event 1
    const Turn first = schedule.next(0b111);
    EXPECT_EQ(first.events, 0u);
    schedule.ran({first.hart, 0, 0, StopReason::Postponed});
    const Turn second = schedule.next(0b111);
    EXPECT_NE(second.hart.value, first.hart.value);
    EXPECT_EQ(second.events, 1u) << "no point is left";
    EXPECT_NE(schedule.next(0b111 & ~(u64{1} << second.hart.value)).hart.value, first.hart.value);
}

TEST(PctTest, with_depth_3_there_are_two_changes_and_who_falls_later_falls_lower) {
    constexpr u64 k = 1'000'000;  // no two points at one event
    for (u64 seed = 0; seed < 20; ++seed) {
        Pct schedule(seed, 3, 3, k);
        std::array<u32, 3> order;
        for (u32& hart : order) {
            const Turn turn = schedule.next(0b111);
            hart = turn.hart.value;
            schedule.ran({turn.hart, turn.events, turn.events, StopReason::Postponed});
        }
        const std::set<u32> different(order.begin(), order.end());
        EXPECT_EQ(different.size(), 3u);
        Pct again(seed, 3, 3, k);
        for (unsigned n = 0; n < 2; ++n) {
            const Turn turn = again.next(0b111);
            again.ran({turn.hart, turn.events, turn.events, StopReason::Postponed});
        }
        EXPECT_EQ(again.next(0b111 & ~(u64{1} << order[2])).hart.value, order[0]);
    }
}

TEST(PctTest, whoever_has_gone_through_a_point_that_could_not_be_put_off_falls_behind_it) {
    for (u64 seed = 0; seed < 50; ++seed) {
        Pct schedule(seed, 2, 2, 10);
        const Turn turn = schedule.next(0b11);
        if (turn.events < 9) {
            // the last one was a fence
            schedule.ran({turn.hart, 100, turn.events + 1, StopReason::Budget});
            EXPECT_NE(schedule.next(0b11).hart.value, turn.hart.value);
        }
    }
}

TEST(PctTest, a_spinning_hart_falls_below_all_others_and_is_counted) {
    Pct schedule(1, 3, 1, 1000);
    for (const u64 others : {0b111, 0b111, 0b111}) {
        const Turn turn = schedule.next(others);
        schedule.ran({turn.hart, 10, 0, StopReason::Spin});
        EXPECT_NE(schedule.next(others).hart.value, turn.hart.value);
    }
    EXPECT_EQ(schedule.summary(),
              "1 rounds of 1000 events; 3 times a hart was lowered for spinning");
}

TEST(PctTest,
     after_k_events_priorities_are_drawn_anew_and_every_64_rounds_touched_memory_is_forgotten) {
    Pct schedule(1, 2, 1, 5);
    unsigned changes = 0, forgotten = 0;
    u32 last = 2;
    for (unsigned n = 0; n < 640; ++n) {
        const Turn turn = schedule.next(0b11);
        changes += turn.hart.value != last ? 1 : 0;
        forgotten += turn.forget_touched ? 1 : 0;
        last = turn.hart.value;
        EXPECT_EQ(turn.events, 5u);
        schedule.ran({turn.hart, 10, 5, StopReason::Postponed});
    }
    EXPECT_NEAR(changes, 320, 64);
    EXPECT_EQ(forgotten, 10u);
}

// --- replays -------------------------------------------------------------------------------------

TEST(ReplayRunsTest, a_turn_that_comes_back_early_goes_on_with_what_is_left) {
    ReplayRuns schedule({{0, 10}, {1, 5}});
    EXPECT_EQ(schedule.next(0b11).instructions, 10u);
    schedule.ran({{0}, 4, 0, StopReason::Wfi});
    Turn turn = schedule.next(0b11);
    EXPECT_EQ(turn.hart.value, 0u);
    EXPECT_EQ(turn.instructions, 6u);
    schedule.ran({{0}, 0, 0, StopReason::Alarm});
    turn = schedule.next(0b11);
    EXPECT_EQ(turn.instructions, 6u) << "the machine was stopped and goes on";
    schedule.ran({{0}, 6, 0, StopReason::Budget});
    EXPECT_EQ(schedule.next(0b11).hart.value, 1u);
    EXPECT_FALSE(schedule.looks_for_spins());
}

TEST(ReplayRunsTest,
     turns_of_harts_that_wait_are_skipped_and_counted_and_round_robin_goes_on_behind) {
    ReplayRuns schedule({{1, 5}, {0, 7}});
    const Turn turn = schedule.next(0b01);
    EXPECT_EQ(turn.hart.value, 0u);
    EXPECT_EQ(turn.instructions, 7u);
    schedule.ran({{0}, 7, 0, StopReason::Budget});
    EXPECT_EQ(schedule.next(0b11).hart.value, 0u);
    EXPECT_EQ(schedule.next(0b11).hart.value, 1u);
    EXPECT_EQ(schedule.summary(), "1 of 2 turns followed, 1 of harts that waited");
}

TEST(ReplayRunsTest, long_turns_are_followed_in_pieces) {
    ReplayRuns schedule({{0, 2'500'000}});
    for (const u64 piece : {u64{1'000'000}, u64{1'000'000}, u64{500'000}}) {
        const Turn turn = schedule.next(1);
        EXPECT_EQ(turn.instructions, piece);
        schedule.ran({{0}, piece, 0, StopReason::Budget});
    }
}

TEST(ReplayRunsTest, turns_of_no_instructions_are_passed_over) {
    ReplayRuns schedule({{0, 0}, {0, 0}, {1, 5}});
    const Turn turn = schedule.next(0b11);
    EXPECT_EQ(turn.hart.value, 1u);
    EXPECT_EQ(turn.instructions, 5u);
}

TEST(ReplayRunsTest, where_there_is_nothing_to_follow_each_hart_is_taken_in_turn) {
    ReplayRuns schedule({});
    for (const u32 expected : {0u, 1u, 0u}) {
        const Turn turn = schedule.next(0b11);
        EXPECT_EQ(turn.hart.value, expected);
        schedule.ran({turn.hart, turn.instructions, 0, StopReason::Budget});
    }
}

}  // namespace
}  // namespace stampede
