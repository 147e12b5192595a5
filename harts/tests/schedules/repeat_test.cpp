// The real kernel under every policy: the same file gives the same run, however it is driven.
#include <gtest/gtest.h>

#include "harts/tests/schedules/repeat.h"

namespace stampede::schedules {
namespace {

struct Case {
    const char* schedule;
    unsigned harts;
};
void PrintTo(const Case& one, std::ostream* out) {
    *out << one.schedule << " on " << one.harts << " harts";
}

class RepeatTest : public testing::TestWithParam<Case> {
protected:
    void SetUp() override {
        kernel = read_kernel();
        ASSERT_TRUE(kernel.has_value()) << kernel.error().message;
        run.harts = GetParam().harts;
        run.schedule = *ScheduleSpec::parse(GetParam().schedule);
    }
    [[nodiscard]] KernelOutcome go(const KernelRun& with) const {
        const Result<KernelOutcome> outcome = run_kernel(*kernel, with);
        EXPECT_TRUE(outcome.has_value()) << (outcome ? "" : outcome.error().message);
        return outcome.value_or(KernelOutcome{});
    }
    Result<ElfImage> kernel = error("not read");
    KernelRun run;
};

TEST_P(RepeatTest, twice_the_same_seed_is_twice_the_same_run) {
    const KernelOutcome first = go(run), second = go(run);
    EXPECT_EQ(second.trace, first.trace);
    EXPECT_EQ(second.turns, first.turns);
}

TEST_P(RepeatTest, another_seed_is_another_run) {
    KernelRun other = run;
    other.seed = 2;
    EXPECT_NE(go(other).trace.state_hash, go(run).trace.state_hash);
}

TEST_P(RepeatTest, its_turns_alone_give_the_same_run) {
    const KernelOutcome first = go(run);
    KernelRun replay = run;
    replay.turns = first.turns;
    EXPECT_EQ(go(replay).trace, first.trace);
}

TEST_P(RepeatTest, turns_cut_in_two_give_the_same_run) {
    const KernelOutcome first = go(run);
    KernelRun replay = run;
    replay.turns.emplace();
    for (const HartRun& turn : first.turns) {
        replay.turns->push_back({turn.hart, turn.instructions / 2});
        replay.turns->push_back({turn.hart, turn.instructions - turn.instructions / 2});
    }
    EXPECT_EQ(go(replay).trace, first.trace);
}

TEST_P(RepeatTest, whoever_drives_it_may_look_whenever_he_likes) {
    KernelRun looking = run;
    looking.look_every = 12'345;
    EXPECT_EQ(go(looking).trace, go(run).trace);
}

INSTANTIATE_TEST_SUITE_P(
    Policies, RepeatTest,
    testing::Values(Case{"round-robin:1000", 2},
                    Case{"round-robin:77,sc=64,evict=64,timer=256,late=256", 4},
                    Case{"random:1000", 1}, Case{"random:1000", 2}, Case{"random:200", 4},
                    Case{"random:1000,sc=64,evict=64,timer=256,late=512", 8}, Case{"pct:1", 1},
                    Case{"pct:2", 2}, Case{"pct:3:500", 4},
                    Case{"pct:3,sc=64,evict=64,timer=256,late=512", 8}),
    [](const auto& info) { return "case_" + std::to_string(info.index); });

}  // namespace
}  // namespace stampede::schedules
