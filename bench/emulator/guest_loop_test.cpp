#include "bench/emulator/guest_loop.h"

#include <gmock/gmock.h>

#include "bench/emulator/loop_rows.h"

namespace stampede::bench {
namespace {

using testing::HasSubstr;

Result<LoopCounts> counts_of(const LoopSetup& setup) {
    auto loop = GuestLoop::create(setup);
    if (!loop) {
        return std::unexpected(loop.error());
    }
    const Result<void> ran = (*loop)->run();
    return ran ? (*loop)->finish() : std::unexpected(ran.error());
}

TEST(GuestLoop, is_timed_from_its_first_instruction_to_its_last) {
    // three CSR accesses, an addition beside them, the loop's counter and branch
    constexpr u64 units = 50'000, a_unit = 6, beside = 1000;
    const auto counts = counts_of({"csr", units});
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(counts->units, units);
    EXPECT_GE(counts->in_loop, units * a_unit);
    EXPECT_LT(counts->in_loop, units * a_unit + beside);
    EXPECT_GE(counts->executed, counts->in_loop);
    EXPECT_LT(counts->executed, counts->in_loop + beside);
}

TEST(GuestLoop, does_nothing_before_it_is_run_and_boots_anew_each_time) {
    for (int n = 0; n < 2; ++n) {
        const auto counts = counts_of({"int", 1000});
        ASSERT_TRUE(counts) << counts.error().message;
        EXPECT_EQ(counts->units, 1000);
    }
}

TEST(GuestLoop, shares_its_work_between_harts_in_parallel) {
    const auto counts = counts_of({"lock", 20'000, 2});
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(counts->units, 20'000);
    EXPECT_GE(counts->executed, counts->in_loop);
}

TEST(GuestLoop, repeats_under_a_repeatable_schedule_and_there_harts_wait_for_one_another) {
    const LoopSetup alone{"lock", 4'000}, together{"lock", 4'000, 8, "random:1000"};
    const auto one = counts_of(alone), first = counts_of(together), second = counts_of(together);
    ASSERT_TRUE(one && first && second);
    EXPECT_EQ(first->executed, second->executed);
    EXPECT_EQ(first->in_loop, second->in_loop);
    EXPECT_GT(first->in_loop, one->in_loop);
}

TEST(GuestLoop, tells_what_is_wrong) {
    const auto loop = counts_of({"nosuchloop", 1});
    ASSERT_FALSE(loop);
    EXPECT_THAT(loop.error().message, HasSubstr("nosuchloop"));
    EXPECT_THAT(loop.error().message, HasSubstr("there is no such loop"));
    const auto schedule = counts_of({"csr", 1, 1, "rndom"});
    ASSERT_FALSE(schedule);
    EXPECT_THAT(schedule.error().message, HasSubstr("rndom"));
    EXPECT_FALSE(counts_of({"csr", 1, 65}));
}

TEST(LoopRows, all_come_to_their_end_with_little_work) {
    for (const LoopRow& row : loop_rows()) {
        LoopSetup small = row.setup;
        small.units = row.setup.units / 100;
        const auto counts = counts_of(small);
        ASSERT_TRUE(counts) << row.name << ": " << counts.error().message;
        EXPECT_GE(counts->units, small.units / small.harts * small.harts) << row.name;
        EXPECT_GT(counts->in_loop, 0) << row.name;
    }
}

}  // namespace
}  // namespace stampede::bench
