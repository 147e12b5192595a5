// Values: SiFive's test device as Linux and QEMU know it (0x5555 pass, 0x3333 fail, 0x7777 reset).
// Sizes: seen on QEMU 7.2.
#include "harts/devices/finisher.h"

#include <gtest/gtest.h>

#include <vector>

#include "harts/devices/test_doubles.h"

namespace stampede {
namespace {

class FinisherTest : public testing::Test {
protected:
    std::vector<Finish> calls;
    Finisher finisher{[this](HartId, const Finish& finish) { calls.push_back(finish); }};
};

TEST_F(FinisherTest, a_machine_that_never_wrote_it_has_not_finished) {
    EXPECT_EQ(finisher.finished(), std::nullopt);
}

TEST_F(FinisherTest, pass_gives_exit_status_zero) {
    EXPECT_TRUE(finisher.store(hart_0, 0, 4, 0x5555));
    ASSERT_EQ(calls.size(), 1u);
    EXPECT_EQ(calls[0].kind, FinishKind::Passed);
    EXPECT_EQ(calls[0].exit_status(), 0u);
    EXPECT_EQ(finisher.finished(), calls[0]);
}

TEST_F(FinisherTest, fail_gives_the_upper_half_as_exit_status) {
    EXPECT_TRUE(finisher.store(hart_0, 0, 4, 0x002a'3333));
    ASSERT_TRUE(finisher.finished());
    EXPECT_EQ(finisher.finished()->kind, FinishKind::Failed);
    EXPECT_EQ(finisher.finished()->exit_status(), 42u);
}

TEST_F(FinisherTest, a_failure_with_status_zero_is_still_a_failure) {
    EXPECT_TRUE(finisher.store(hart_0, 0, 2, 0x3333));
    ASSERT_TRUE(finisher.finished());
    EXPECT_EQ(finisher.finished()->status, 0u);
    EXPECT_EQ(finisher.finished()->exit_status(), 1u);
}

TEST_F(FinisherTest, reset_gives_a_status_that_no_guest_can_give) {
    EXPECT_TRUE(finisher.store(hart_0, 0, 4, 0x7777));
    EXPECT_EQ(finisher.finished()->kind, FinishKind::Reset);
    EXPECT_EQ(finisher.finished()->exit_status(), 0x10000u);
}

TEST_F(FinisherTest, the_first_end_wins) {
    EXPECT_TRUE(finisher.store(hart_0, 0, 4, 0x0007'3333));
    EXPECT_TRUE(finisher.store(hart_0, 0, 4, 0x5555));
    EXPECT_EQ(calls.size(), 1u);
    EXPECT_EQ(finisher.finished()->exit_status(), 7u);
}

TEST_F(FinisherTest, other_values_and_offsets_do_nothing) {
    EXPECT_TRUE(finisher.store(hart_0, 0, 4, 0x1234));
    EXPECT_TRUE(finisher.store(hart_0, 4, 4, 0x5555));
    EXPECT_TRUE(finisher.store(hart_0, 2, 2, 0x5555));
    EXPECT_EQ(finisher.finished(), std::nullopt);
    EXPECT_TRUE(calls.empty());
}

TEST_F(FinisherTest, bytes_and_double_words_fault) {
    for (const unsigned size : {1u, 8u}) {
        EXPECT_EQ(finisher.load(hart_0, 0, size), std::nullopt);
        EXPECT_FALSE(finisher.store(hart_0, 0, size, 0x5555));
    }
    EXPECT_EQ(finisher.load(hart_0, 0, 4), 0u);
    EXPECT_EQ(finisher.load(hart_0, 2, 2), 0u);
    EXPECT_EQ(finisher.finished(), std::nullopt);
}

TEST_F(FinisherTest, restoring_the_state_calls_nobody) {
    const FinisherState before = finisher.state();
    const u64 hash = finisher.hash(0);
    EXPECT_TRUE(finisher.store(hart_0, 0, 4, 0x5555));
    EXPECT_NE(finisher.hash(0), hash);
    finisher.set_state(before);
    EXPECT_EQ(finisher.finished(), std::nullopt);
    EXPECT_EQ(finisher.hash(0), hash);
    EXPECT_EQ(calls.size(), 1u);
}

}  // namespace
}  // namespace stampede
