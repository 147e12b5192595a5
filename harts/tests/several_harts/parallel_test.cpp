// Guest programs whose results say whether the harts kept their promises to each other. What a hart
// never does must never be seen; what it may do is not asked for, but reported where it tells how
// much a run has shown.
#include <gtest/gtest.h>

#include <iostream>

#include "harts/tests/several_harts/parallel_machine.h"

namespace stampede::several_harts {
namespace {

// Rounds are divided by these: where instructions take longer, and where harts wait for each
// other's host threads.
#ifdef STAMPEDE_TSAN
constexpr u64 share = 20, few = 4;
#else
constexpr u64 share = 1, few = 1;
#endif

#define RUN(machine, ...)                                                  \
    const auto machine##_or = ParallelMachine::run(__VA_ARGS__);           \
    ASSERT_TRUE(machine##_or.has_value()) << machine##_or.error().message; \
    const ParallelMachine& machine = *machine##_or

// --- one machine, 1 to 64 harts ------------------------------------------------------------------

class HartsTest : public testing::TestWithParam<unsigned> {};

TEST_P(HartsTest, all_start_and_meet_again_and_again) {
    const unsigned harts = GetParam();
    RUN(machine, {.program = Program::Meet, .harts = harts, .rounds = 20});
    for (unsigned n = 0; n < harts; ++n) {
        EXPECT_EQ(machine.result(n, 0), 20u) << "hart " << n;
    }
}

TEST_P(HartsTest, a_token_goes_round_by_interrupts_and_timers_that_others_set) {
    const unsigned harts = GetParam();
    RUN(machine, {.program = Program::Ring, .harts = harts, .rounds = 10});
    for (unsigned n = 0; n < harts; ++n) {
        EXPECT_EQ(machine.result(n, 0), 5u) << "hart " << n;
        EXPECT_EQ(machine.result(n, 1), 5u) << "hart " << n;
    }
}

INSTANTIATE_TEST_SUITE_P(Harts, HartsTest, testing::Values(1, 2, 8, 64),
                         testing::PrintToStringParamName());

TEST(RingTest, time_that_jumps_when_all_wait_wakes_the_right_one) {
    RUN(machine,
        {.program = Program::Ring, .harts = 4, .rounds = 200 / share, .time = TimeMode::Warp});
    EXPECT_EQ(machine.sum(1), 4 * 100 / share);
}

// --- reservations --------------------------------------------------------------------------------

class ContentionTest : public testing::TestWithParam<unsigned> {};

TEST_P(ContentionTest, no_increment_by_reservation_is_lost) {
    const unsigned harts = GetParam();
    constexpr u64 rounds = 20'000 / share;
    RUN(machine, {.program = Program::ReservedCounter, .harts = harts, .rounds = rounds});
    EXPECT_EQ(machine.result(0, 0), harts * rounds);
    EXPECT_EQ(machine.result(0, 1), (3 * harts * rounds) & 0xffff'ffff);
}

TEST_P(ContentionTest, no_node_of_a_stack_is_popped_twice) {
    RUN(machine, {.program = Program::Stack, .harts = GetParam(), .rounds = 20'000 / share});
    EXPECT_EQ(machine.sum(0), 0u);
    EXPECT_GT(machine.sum(1), 0u);
    EXPECT_EQ(machine.result(0, 2), 8u) << "every node is back";
}

TEST_P(ContentionTest, harts_that_store_into_each_others_reservations_wait_for_nobody) {
    constexpr u64 rounds = 10'000 / share;
    RUN(machine, {.program = Program::Crossing, .harts = GetParam(), .rounds = rounds});
    EXPECT_EQ(machine.sum(0), GetParam() * rounds);
}

TEST_P(ContentionTest, constrained_loops_in_lines_that_share_a_version_go_on) {
    constexpr u64 rounds = 10'000 / share;
    RUN(machine, {.program = Program::Aliases, .harts = GetParam(), .rounds = rounds});
    for (unsigned n = 0; n < GetParam(); ++n) {
        EXPECT_EQ(machine.result(n, 0), rounds) << "hart " << n;
    }
}

INSTANTIATE_TEST_SUITE_P(Harts, ContentionTest, testing::Values(2, 4, 8),
                         testing::PrintToStringParamName());

struct StrictCase {
    const char* name;
    Program program;
    unsigned harts;
    u32 patience;
    Drive drive = Drive::ThreadAHart;
};
class StrictTest : public testing::TestWithParam<StrictCase> {};

TEST_P(StrictTest, a_store_between_the_pair_is_never_missed_though_the_value_is_the_same_again) {
    const StrictCase& c = GetParam();
    RUN(machine, {.program = c.program,
                  .harts = c.harts,
                  .rounds = 50'000 / share,
                  .patience = c.patience,
                  .drive = c.drive});
    EXPECT_EQ(machine.result(0, 0), 0u);
    EXPECT_GT(machine.sum(0, 1), 0u);
    if (c.drive == Drive::OneThread) {
        EXPECT_GT(machine.result(0, 1), 1'000u / share) << "nothing was tried";
    }
    std::cout << "stored conditionally " << machine.sum(0, 1) << ", seen " << machine.result(0, 1)
              << '\n';
}

INSTANTIATE_TEST_SUITE_P(
    Reservers, StrictTest,
    testing::Values(StrictCase{"one", Program::Strict, 2, 0},
                    StrictCase{"three", Program::Strict, 4, 0},
                    StrictCase{"marks_come_and_go", Program::Strict, 3, 1},
                    StrictCase{"halves", Program::StrictHalves, 3, 0},
                    StrictCase{"halves_marks_come_and_go", Program::StrictHalves, 3, 1},
                    StrictCase{"by_turns", Program::Strict, 3, 0, Drive::OneThread},
                    StrictCase{"by_turns_marks_come_and_go", Program::Strict, 3, 1,
                               Drive::OneThread},
                    StrictCase{"halves_by_turns", Program::StrictHalves, 3, 0, Drive::OneThread}),
    [](const auto& info) { return info.param.name; });

// --- atomics -------------------------------------------------------------------------------------

TEST(AmoTest, every_operation_of_both_widths_adds_up) {
    constexpr u64 harts = 4, rounds = 5'001 / share | 1;  // odd: each hart's bit is set in the end
    RUN(machine, {.program = Program::AmoSums, .harts = harts, .rounds = rounds});
    for (const unsigned width : {0u, 1u}) {
        const u64 mask = width == 0 ? ~u64{0} : 0xffff'ffff;
        const u64 expected[] = {rounds * (1 + 6 + 11 + 16),
                                0b1111,
                                0b1111,
                                ~u64{0b1111} & mask,
                                rounds - 1 + 3'000,
                                (0 - (rounds - 1 + 3'000)) & mask,
                                mask,
                                1'000'000 - (rounds - 1) - 3'000};
        for (unsigned value = 0; value < 8; ++value) {
            EXPECT_EQ(machine.result(width, value), expected[value])
                << "width " << width << ", value " << value;
        }
    }
    EXPECT_EQ(machine.result(2, 0), 1u + 2 + 3 + 4) << "tokens swapped round";
    EXPECT_EQ(machine.result(2, 1), 1u + 2 + 3 + 4);
}

TEST(MixedWidthsTest, parts_of_a_double_changed_by_all_kinds_of_stores_do_not_disturb_each_other) {
    RUN(machine, {.program = Program::MixedWidths, .harts = 7, .rounds = 10'000 / share});
    EXPECT_EQ(machine.sum(0), 0u);
    const u64 whole = machine.result(0, 2);
    EXPECT_EQ(whole & 0xff, machine.result(0, 1));
    EXPECT_EQ(whole >> 8 & 0xff, machine.result(1, 1));
    EXPECT_EQ(whole >> 16 & 0xffff, machine.result(2, 1));
    for (unsigned n = 3; n < 6; ++n) {
        EXPECT_EQ(whole >> (8 * (n + 1)) & 0xff, machine.result(n, 1)) << "hart " << n;
    }
}

// --- order ---------------------------------------------------------------------------------------

class OrderTest : public testing::TestWithParam<Order> {};

TEST_P(OrderTest, of_two_stores_with_loads_behind_them_one_is_seen) {
    RUN(machine,
        {.program = Program::StoreBuffering, .harts = 2, .rounds = 400 / few, .order = GetParam()});
    std::cout << "neither saw the other's store: " << machine.result(0, 0) << " of "
              << machine.result(0, 1) << '\n';
    if (GetParam() != Order::None) {
        EXPECT_EQ(machine.result(0, 0), 0u);
    }
}

TEST_P(OrderTest, a_message_is_there_when_its_flag_is) {
    if (GetParam() == Order::None) {
        GTEST_SKIP() << "nothing is promised";
    }
    RUN(machine, {.program = Program::MessagePassing,
                  .harts = 2,
                  .rounds = 200'000 / share,
                  .order = GetParam()});
    EXPECT_EQ(machine.result(1, 0), 0u);
    EXPECT_GT(machine.result(1, 1), 0u);
}

std::string name_of_order(const testing::TestParamInfo<Order>& info) {
    constexpr const char* names[] = {"none", "fences", "amo", "conditional"};
    return names[static_cast<u64>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(Orders, OrderTest,
                         testing::Values(Order::None, Order::Fences, Order::Amo,
                                         Order::Conditional),
                         name_of_order);

// --- translation and code ------------------------------------------------------------------------

TEST(WalkerTest, page_table_entries_replaced_meanwhile_are_neither_lost_nor_marked) {
    RUN(machine, {.program = Program::WalkerRaces, .harts = 4, .rounds = 100'000 / share});
    EXPECT_EQ(machine.result(0, 0), 0u);
    EXPECT_GT(machine.result(0, 1), 0u) << "no walker set A or D: nothing was tried";
    EXPECT_GT(machine.sum(1, 1), 0u) << "no access faulted: nothing was tried";
}

class ShootdownTest : public testing::TestWithParam<unsigned> {};

TEST_P(ShootdownTest, no_old_translation_is_used_once_every_hart_has_fenced) {
    RUN(machine, {.program = Program::Shootdown, .harts = GetParam(), .rounds = 100 / few});
    EXPECT_EQ(machine.sum(0), 0u);
    EXPECT_GT(machine.sum(1, 1), 0u);
}

INSTANTIATE_TEST_SUITE_P(Harts, ShootdownTest, testing::Values(2, 4, 8),
                         testing::PrintToStringParamName());

TEST(CodeTest, what_another_hart_wrote_before_its_flag_is_what_runs) {
    RUN(machine, {.program = Program::CodeOfAnother, .harts = 3, .rounds = 4'000 / share});
    EXPECT_EQ(machine.sum(0), 0u);
    EXPECT_GT(machine.sum(1, 1), 1'000u / share);
}

TEST(CodeTest, code_in_one_page_rewritten_by_every_hart_is_always_its_own_newest) {
    RUN(machine, {.program = Program::OwnCode, .harts = 4, .rounds = 500 / few});
    EXPECT_EQ(machine.sum(0), 0u);
}

// --- by turns ------------------------------------------------------------------------------------

// The same programs with the harts' instructions mixed finely, which host threads do by chance
// only.
TEST(TurnsTest, no_increment_by_reservation_is_lost) {
    RUN(machine, {.program = Program::ReservedCounter,
                  .harts = 4,
                  .rounds = 5'000 / share,
                  .drive = Drive::OneThread});
    EXPECT_EQ(machine.result(0, 0), 4 * 5'000u / share);
}

TEST(TurnsTest, no_node_of_a_stack_is_popped_twice) {
    RUN(machine, {.program = Program::Stack,
                  .harts = 4,
                  .rounds = 5'000 / share,
                  .drive = Drive::OneThread});
    EXPECT_EQ(machine.sum(0), 0u);
    EXPECT_EQ(machine.result(0, 2), 8u);
}

TEST(TurnsTest, parts_of_a_double_do_not_disturb_each_other) {
    RUN(machine, {.program = Program::MixedWidths,
                  .harts = 7,
                  .rounds = 3'000 / share,
                  .drive = Drive::OneThread});
    EXPECT_EQ(machine.sum(0), 0u);
}

TEST(TurnsTest, harts_that_store_into_each_others_reservations_wait_for_nobody) {
    RUN(machine, {.program = Program::Crossing,
                  .harts = 3,
                  .rounds = 3'000 / share,
                  .drive = Drive::OneThread});
    EXPECT_EQ(machine.sum(0), 3 * 3'000u / share);
}

TEST(TurnsTest, page_table_entries_replaced_meanwhile_are_neither_lost_nor_marked) {
    RUN(machine, {.program = Program::WalkerRaces,
                  .harts = 3,
                  .rounds = 20'000 / share,
                  .drive = Drive::OneThread});
    EXPECT_EQ(machine.result(0, 0), 0u);
    EXPECT_GT(machine.result(0, 1), 100u / share);
    EXPECT_GT(machine.sum(1, 1), 100u / share);
}

TEST(TurnsTest, no_old_translation_is_used_once_every_hart_has_fenced) {
    RUN(machine, {.program = Program::Shootdown,
                  .harts = 3,
                  .rounds = 1'000 / share,
                  .drive = Drive::OneThread});
    EXPECT_EQ(machine.sum(0), 0u);
    EXPECT_GT(machine.sum(1, 1), 1'000u / share);
}

TEST(TurnsTest, what_another_hart_wrote_before_its_flag_is_what_runs) {
    RUN(machine, {.program = Program::CodeOfAnother,
                  .harts = 3,
                  .rounds = 4'000 / share,
                  .drive = Drive::OneThread});
    EXPECT_EQ(machine.sum(0), 0u);
}

TEST(TurnsTest, a_token_goes_round) {
    RUN(machine,
        {.program = Program::Ring, .harts = 4, .rounds = 200 / share, .drive = Drive::OneThread});
    EXPECT_EQ(machine.sum(0) + machine.sum(1), 4 * 200u / share);
}

}  // namespace
}  // namespace stampede::several_harts
