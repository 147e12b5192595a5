// The small kernel without a race detector: its sums come out right for any number of harts, its
// locks are contended and its threads move.
#include <gtest/gtest.h>

#include <iostream>
#include <stdexcept>

#include "harts/tests/races/cases.h"

namespace stampede::races {
namespace {

#ifdef STAMPEDE_TSAN
constexpr u64 rounds = 10;
#else
constexpr u64 rounds = 60;
#endif

class KernelTest : public testing::TestWithParam<unsigned> {
protected:
    static std::unique_ptr<Machine> load(TimeMode time) {
        auto machine = load_case(kernel(), {.harts = GetParam(), .rounds = rounds, .time = time});
        EXPECT_TRUE(machine.has_value()) << machine.error().message;
        return machine ? std::move(*machine) : nullptr;
    }
    static const Case& kernel() {
        for (const Case& one : all_cases()) {
            if (one.name == "kernel") {
                return one;
            }
        }
        throw std::logic_error("no case kernel");
    }
    // Every sum: the guest has found the checksum right too.
    static KernelOutcome expect_sums(Machine& machine) {
        EXPECT_EQ(machine.exit_status().value_or(0), 0u);
        const auto read = kernel_outcome(machine);
        EXPECT_TRUE(read.has_value()) << read.error().message;
        const KernelOutcome outcome = read.value_or(KernelOutcome{});
        EXPECT_EQ(outcome.checksum, ::races::kernel::expected_checksum(rounds));
        EXPECT_EQ(outcome.log_entries, ::races::kernel::threads * rounds);
        EXPECT_EQ(outcome.messages, ::races::kernel::tasks * rounds);
        EXPECT_GT(outcome.switches, ::races::kernel::threads);
        return outcome;
    }
    static void tell(const KernelOutcome& outcome) {
        std::cout << GetParam() << " harts: " << outcome.switches << " switches, "
                  << outcome.migrations << " migrations, " << outcome.ticks
                  << " ticks; waits for reserved lock " << outcome.waits[0] << ", ticket lock "
                  << outcome.waits[1] << ", reader-writer lock " << outcome.waits[2]
                  << ", sequence lock " << outcome.waits[3] << "\n";
    }
};

TEST_P(KernelTest, sums_are_right_in_parallel) {
    const auto machine = load(TimeMode::Host);
    ASSERT_NE(machine, nullptr);
    ASSERT_EQ(machine->run_parallel(std::chrono::seconds(300)), MachineStop::Finished);
    tell(expect_sums(*machine));
}

TEST_P(KernelTest, sums_are_right_in_turns_and_every_lock_is_waited_for) {
    const auto machine = load(TimeMode::Counted);
    ASSERT_NE(machine, nullptr);
    ASSERT_TRUE(run_in_turns(*machine, 1));
    const KernelOutcome outcome = expect_sums(*machine);
    tell(outcome);
    if (GetParam() > 1) {
        EXPECT_GT(outcome.ticks, 0u);
        EXPECT_GT(outcome.migrations, 0u);
        for (const u64 waits : outcome.waits) {
            EXPECT_GT(waits, 0u);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Harts, KernelTest, testing::Values(1, 2, 3, 8, 16),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace stampede::races
