// The guests themselves, without a race detector: each ends, and what is sound finds its own sums
// right, on a host thread a hart and in turns on one.
#include <gtest/gtest.h>

#include <algorithm>

#include "harts/tests/races/cases.h"

namespace stampede::races {
namespace {

// Rounds are divided by this where instructions take longer.
#ifdef STAMPEDE_TSAN
constexpr u64 share = 10;
#else
constexpr u64 share = 1;
#endif

class CaseTest : public testing::TestWithParam<Case> {
protected:
    [[nodiscard]] std::unique_ptr<Machine> load(CaseOptions options) const {
        const u64 slow = GetParam().guest == Guest::Kernel ? 3 : 1;  // it has a test of its own
        options.rounds = std::max<u64>(GetParam().rounds / share / slow, 4);
        auto machine = load_case(GetParam(), options);
        EXPECT_TRUE(machine.has_value()) << machine.error().message;
        return machine ? std::move(*machine) : nullptr;
    }
    [[nodiscard]] static bool ends() { return GetParam().expectation != Expectation::Deadlock; }
};

TEST_P(CaseTest, ends_in_parallel) {
    for (const unsigned harts : {2u, 8u}) {
        const auto machine = load({.harts = harts});
        ASSERT_NE(machine, nullptr);
        const std::chrono::milliseconds limit(ends() ? 300'000 : 20);  // a hang guard
        const MachineStop why = machine->run_parallel(limit);
        ASSERT_EQ(why, ends() ? MachineStop::Finished : MachineStop::Deadline) << harts << " harts";
        EXPECT_EQ(machine->exit_status().value_or(0), 0u) << harts << " harts";
    }
}

TEST_P(CaseTest, ends_with_one_permit) {
    const auto machine = load({.harts = 3, .permits = 1});
    ASSERT_NE(machine, nullptr);
    if (ends()) {
        ASSERT_EQ(machine->run_parallel(std::chrono::seconds(300)), MachineStop::Finished);
        EXPECT_EQ(machine->exit_status().value_or(0), 0u);
    }
}

TEST_P(CaseTest, ends_in_turns) {
    for (const unsigned harts : {2u, 5u}) {
        const auto machine = load({.harts = harts, .time = TimeMode::Counted});
        ASSERT_NE(machine, nullptr);
        ASSERT_EQ(run_in_turns(*machine, harts, 40, ends() ? 200'000'000 : 200'000), ends())
            << harts << " harts";
        EXPECT_EQ(machine->exit_status().value_or(0), 0u) << harts << " harts";
    }
}

INSTANTIATE_TEST_SUITE_P(All, CaseTest, testing::ValuesIn(all_cases().begin(), all_cases().end()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace stampede::races
