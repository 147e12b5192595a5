#include "stress/commands/failure_sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede {
namespace {

// A workload of `allocations`, whose run has a finding where one of `bad` fails.
std::function<Result<RunOutcome>(u64)> workload(u64 allocations, std::vector<u64> bad) {
    return [=](u64 number) -> Result<RunOutcome> {
        RunOutcome outcome;
        outcome.allocation_failed = number <= allocations;
        outcome.operations = 1;
        if (std::ranges::find(bad, number) != bad.end()) {
            Finding finding;
            finding.title = number % 2 == 0 ? "even" : "odd";
            outcome.findings.push_back(finding);
        }
        return outcome;
    };
}

TEST(FailureSweep, each_allocation_fails_in_a_run_of_its_own_until_there_are_no_more) {
    const auto sweep = sweep_failures(workload(7, {}), 100);
    ASSERT_TRUE(sweep);
    EXPECT_EQ(sweep->failed, 7u);
    EXPECT_TRUE(sweep->complete);
    EXPECT_EQ(sweep->outcome.operations, 8u);  // the last run's too
    EXPECT_EQ(sweep_text(*sweep),
              "allocations 1 to 7 failed in turn, a run each; there are no more; no findings");
}

TEST(FailureSweep, it_tells_which_allocations_gave_findings_and_which_was_the_first_of_each) {
    const auto sweep = sweep_failures(workload(9, {2, 3, 4, 7}), 100);
    ASSERT_TRUE(sweep);
    EXPECT_THAT(sweep_text(*sweep), testing::EndsWith("findings at 2 to 4, 7"));
    EXPECT_EQ(sweep->first_of.at("even"), 2u);
    EXPECT_EQ(sweep->first_of.at("odd"), 3u);
    EXPECT_EQ(sweep->outcome.findings.size(), 2u);
    EXPECT_EQ(sweep->outcome.findings[0].count, 2u);
}

TEST(FailureSweep, enough_findings_end_it) {
    const auto sweep = sweep_failures(workload(9, {2, 3, 4, 7}), 2);
    ASSERT_TRUE(sweep);
    EXPECT_EQ(sweep->failed, 3u);
    EXPECT_FALSE(sweep->complete);
    EXPECT_THAT(sweep_text(*sweep), testing::HasSubstr("there may be more"));
}

TEST(FailureSweep, what_was_suppressed_is_told_of_all_runs) {
    const auto sweep = sweep_failures(
        [](u64 number) -> Result<RunOutcome> {
            RunOutcome outcome;
            outcome.allocation_failed = number <= 2;
            outcome.suppressed = {{"race:holding", number}};
            return outcome;
        },
        100);
    ASSERT_TRUE(sweep);
    EXPECT_EQ(sweep->outcome.suppressed, (std::map<std::string, u64>{{"race:holding", 6}}));
}

TEST(FailureSweep, a_run_that_cannot_start_ends_it) {
    EXPECT_FALSE(sweep_failures([](u64) -> Result<RunOutcome> { return error("no"); }, 100));
}

}  // namespace
}  // namespace stampede
