// Expected values are the formula's, worked out by hand.
#include "kernel/proc/priority.h"

#include <gtest/gtest.h>

namespace kernel {
namespace {

constexpr std::uint64_t tick = priority_tick;

std::uint32_t index_of_ticks(std::uint64_t running, std::uint64_t sleeping, std::uint64_t waiting) {
    return index_of({running * tick, sleeping * tick, waiting * tick});
}

TEST(Priority, the_index_is_the_floor_of_the_formula_in_whole_ticks) {
    EXPECT_EQ(index_of_ticks(1, 0, 0), 75u);  // 3/2 · 50
    EXPECT_EQ(index_of_ticks(1, 0, 1), 33u);  // 2/3 · 50 = 33.3
    EXPECT_EQ(index_of_ticks(1, 1, 0), 33u);
    EXPECT_EQ(index_of_ticks(1, 1, 1), 12u);      // 1/4 · 50 = 12.5
    EXPECT_EQ(index_of_ticks(2, 0, 0), 100u);     // 6/3 · 50
    EXPECT_EQ(index_of_ticks(2, 1, 2), 25u);      // 3/6 · 50
    EXPECT_EQ(index_of_ticks(10, 4, 9), 35u);     // 17/24 · 50 = 35.4
    EXPECT_EQ(index_of_ticks(1000, 0, 0), 149u);  // 3000/1001 · 50 = 149.9
}

TEST(Priority, an_index_below_zero_is_zero) {
    EXPECT_EQ(index_of_ticks(0, 0, 0), 0u);
    EXPECT_EQ(index_of_ticks(1, 3, 0), 0u);
    EXPECT_EQ(index_of_ticks(1, 0, 4), 0u);
    EXPECT_EQ(index_of_ticks(0, 1000, 1000), 0u);
    EXPECT_EQ(index_of({tick, 3 * tick - 1, 0}), 0u);  // above zero, but by less than one
}

TEST(Priority, parts_of_a_tick_count) {
    EXPECT_EQ(index_of({tick / 2, 0, 0}), 50u);         // 1.5/1.5 · 50
    EXPECT_EQ(index_of({tick / 4, 0, tick / 4}), 16u);  // 0.5/1.5 · 50 = 16.7
}

TEST(Priority, times_of_years_do_not_overflow) {
    const std::uint64_t ten_years = 3'652ull * 24 * 3600 * 10'000'000;
    EXPECT_EQ(index_of({ten_years, ten_years, ten_years}), 16u);  // 1/3 · 50
}

TEST(Priority, a_new_process_is_75_until_a_tick_has_passed_or_it_is_given_a_hart) {
    Priority waits(1000);
    EXPECT_EQ(waits.static_priority(), 50u);
    EXPECT_EQ(waits.dynamic_priority(1000 + tick - 1), 75u);
    EXPECT_EQ(waits.dynamic_priority(1000 + tick), 50u);
    Priority runs(1000);
    runs.schedule(1001);
    EXPECT_EQ(runs.dynamic_priority(1001), 50u);
    EXPECT_EQ(runs.dynamic_priority(1001 + tick), 100u);  // 125, and 100 is the most
    EXPECT_EQ(runs.times_scheduled(), 1u);
}

TEST(Priority, each_activity_is_counted_by_itself_and_all_begin_anew_with_a_hart) {
    Priority priority(0);
    priority.schedule(5);
    priority.change(Activity::sleeping, 5 + 2 * tick);
    priority.change(Activity::waiting, 5 + 3 * tick);
    Spent spent = priority.spent(5 + 7 * tick);
    EXPECT_EQ(spent.running, 2 * tick);
    EXPECT_EQ(spent.sleeping, tick);
    EXPECT_EQ(spent.waiting, 4 * tick);
    EXPECT_EQ(priority.index(5 + 7 * tick), 6u);   // 1/8 · 50 = 6.25
    EXPECT_EQ(priority.index(5 + 5 * tick), 25u);  // waiting lessens it: 3/6 · 50 two ticks before
    priority.schedule(5 + 7 * tick);
    spent = priority.spent(5 + 8 * tick);
    EXPECT_EQ(spent.running, tick);
    EXPECT_EQ(spent.sleeping, 0u);
    EXPECT_EQ(spent.waiting, 0u);
    EXPECT_EQ(priority.times_scheduled(), 2u);
}

TEST(Priority, a_clock_that_is_behind_takes_nothing_back) {
    Priority priority(0);
    priority.schedule(10 * tick);
    priority.change(Activity::waiting, 9 * tick);
    EXPECT_EQ(priority.spent(9 * tick).running, 0u);
    EXPECT_EQ(priority.spent(9 * tick).waiting, 0u);
    EXPECT_EQ(priority.spent(11 * tick).waiting, tick);
}

TEST(Priority, setting_it_begins_anew_with_the_index_of_a_new_process) {
    Priority priority(0);
    priority.schedule(0);
    EXPECT_EQ(priority.dynamic_priority(4 * tick), 100u);
    priority.set(10, 4 * tick);
    EXPECT_EQ(priority.static_priority(), 10u);
    EXPECT_EQ(priority.dynamic_priority(4 * tick), 35u);
    EXPECT_EQ(priority.dynamic_priority(5 * tick - 1), 35u);
    EXPECT_EQ(priority.dynamic_priority(5 * tick), 85u);  // it has run for a tick since: 75
    EXPECT_EQ(priority.times_scheduled(), 1u);
}

TEST(Priority, the_dynamic_priority_is_at_most_100) {
    Priority priority(0);
    priority.set(90, 0);
    EXPECT_EQ(priority.dynamic_priority(0), 100u);
    priority.set(75, 0);
    EXPECT_EQ(priority.dynamic_priority(0), 100u);
    priority.set(74, 0);
    EXPECT_EQ(priority.dynamic_priority(0), 99u);
}

TEST(Priority, the_lowest_runs_first_then_who_had_fewer_turns_then_who_is_older) {
    EXPECT_TRUE(runs_before({10, 9, 9}, {11, 0, 0}));
    EXPECT_FALSE(runs_before({11, 0, 0}, {10, 9, 9}));
    EXPECT_TRUE(runs_before({10, 3, 9}, {10, 4, 0}));
    EXPECT_FALSE(runs_before({10, 4, 0}, {10, 3, 9}));
    EXPECT_TRUE(runs_before({10, 3, 7}, {10, 3, 8}));
    EXPECT_FALSE(runs_before({10, 3, 8}, {10, 3, 8}));
}

}  // namespace
}  // namespace kernel
