// The same with race detection: a race is reported wherever its program runs, and a snapshot leaves
// nothing of it behind.
#include "fuzz/program_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "fuzz/program/generate/generate.h"
#include "fuzz/program/text/text.h"
#include "harts/guests/our_kernel.h"
#include "harts/oracles/race/race_detection.h"

namespace stampede::fuzz {
namespace {

using ::testing::IsEmpty;

std::unique_ptr<ProgramRunner> runner_of(const std::string& policy, unsigned harts,
                                         std::span<u8> coverage = {},
                                         Drive drive = Drive::OneThread) {
    RunnerSetup setup;
    setup.guest = our_kernel(STAMPEDE_GUESTS, policy);
    setup.harts = harts;
    setup.coverage = coverage;
    setup.race = make_race_detection;
    setup.drive = drive;
    auto runner = ProgramRunner::create(setup);
    EXPECT_TRUE(runner.has_value()) << (runner ? "" : runner.error().message);
    return runner ? std::move(*runner) : nullptr;
}

// Each finding with both its stacks and what was held.
std::string all_of(const ProgramOutcome& outcome) {
    std::string text;
    for (const Finding& finding : outcome.findings) {
        text += std::string(name_of(finding.kind)) + ": " + finding.title + ", " +
                std::to_string(finding.count) + " times\n" + finding.detail + "\n";
        for (const FindingStack& stack : finding.stacks) {
            text += "  " + stack.role + "\n";
            for (const SourceLocation& frame : stack.frames) {
                text += "    " + frame.function + ":" + std::to_string(frame.line) + "\n";
            }
        }
    }
    return text;
}

// How often a race was seen is partly the runtime's chance.
std::string without_times(const ProgramOutcome& outcome) {
    return std::regex_replace(all_of(outcome), std::regex(", [0-9]+ times"), "");
}

class RaceRunnerTest : public testing::TestWithParam<unsigned> {};

TEST_P(RaceRunnerTest, generated_programs_find_nothing_in_a_kernel_that_is_right) {
    std::vector<u8> counters(1 << 17);
    const auto runner = runner_of("kmem", GetParam(), counters);
    ASSERT_NE(runner, nullptr);
    ASSERT_THAT(runner->at_boot(), IsEmpty());
    RandomNumbers random(GetParam());
    for (unsigned n = 0; n < 300; ++n) {
        const Program program = generate(random);
        const ProgramOutcome outcome = runner->run(program);
        ASSERT_THAT(outcome.findings, IsEmpty()) << print(program) << all_of(outcome);
    }
    EXPECT_GT(std::ranges::count_if(counters, [](u8 counter) { return counter != 0; }), 1000)
        << "ways of branches";
}

// Of eight bytes the runtime remembers four accesses and drops one by chance for a fifth, so a race
// among many harts may be missed.
TEST_P(RaceRunnerTest,
       one_program_gives_one_outcome_and_nearly_always_the_same_races_behind_any_other) {
    const auto runner = runner_of("seeded_bug_unlocked_counts", GetParam());
    ASSERT_NE(runner, nullptr);
    RandomNumbers random(5);
    constexpr unsigned number = 50;
    std::vector<Program> programs;
    std::vector<ProgramOutcome> first;
    unsigned racy = 0, others = 0;
    for (unsigned n = 0; n < number; ++n) {
        programs.push_back(generate(random));
        first.push_back(runner->run(programs.back()));
        racy += std::ranges::count(first.back().findings, FindingKind::race, &Finding::kind) != 0
                    ? 1
                    : 0;
    }
    EXPECT_GE(racy, 5u);
    EXPECT_LT(racy, number - 5);
    for (unsigned n = number; n-- != 0;) {
        const ProgramOutcome outcome = runner->run(programs[n]);
        EXPECT_EQ(outcome.state_hash, first[n].state_hash) << print(programs[n]);
        EXPECT_EQ(outcome.instructions, first[n].instructions);
        others += all_of(outcome) != all_of(first[n]) ? 1 : 0;
    }
    EXPECT_LE(others, number / 10);
}

// In parallel a program shows its race now and then: where its accesses overlap, and no lock
// happens to stand between them.
TEST_P(RaceRunnerTest,
       with_a_thread_a_hart_a_kernel_that_is_right_is_not_accused_and_one_with_races_is) {
    const ScheduleSpec parallel = ScheduleSpec::parse("parallel").value();
    constexpr unsigned least_programs = 100, most_programs = 2000;
    std::vector<u8> counters(1 << 17);
    const auto right = runner_of("kmem", GetParam(), counters, Drive::ThreadAHart);
    const auto wrong = runner_of("seeded_bug_unlocked_counts", GetParam(), {}, Drive::ThreadAHart);
    ASSERT_TRUE(right != nullptr && wrong != nullptr);
    Program harmless;
    harmless.processes.resize(1);
    RandomNumbers random(GetParam());
    unsigned racy = 0;
    for (unsigned n = 0; n < least_programs || (racy == 0 && n < most_programs); ++n) {
        const Program program = generate(random);
        // By turns: what one leaves behind would show in another.
        const ProgramOutcome outcome = wrong->run(program, parallel);
        racy +=
            std::ranges::count(outcome.findings, FindingKind::race, &Finding::kind) != 0 ? 1 : 0;
        for (ProgramRunner* runner : {wrong.get(), right.get()}) {
            const ProgramOutcome after =
                runner->run(runner == right.get() ? program : harmless, parallel);
            ASSERT_THAT(after.findings, IsEmpty()) << all_of(after) << "behind\n" << print(program);
        }
        ASSERT_THAT(right->run(program).findings, IsEmpty()) << "by one thread, behind\n"
                                                             << print(program);
    }
    EXPECT_GE(racy, 1u);
    EXPECT_GT(std::ranges::count_if(counters, [](u8 counter) { return counter != 0; }), 1000)
        << "ways of branches";
}

INSTANTIATE_TEST_SUITE_P(Harts, RaceRunnerTest, testing::Values(2, 8));

TEST(RaceRunnerTest, a_race_is_shown_each_time_and_leaves_nothing_behind) {
    constexpr unsigned most_programs = 100;
    const auto runner = runner_of("seeded_bug_unlocked_counts", 2);
    ASSERT_NE(runner, nullptr);
    Program harmless;
    harmless.processes.resize(1);
    RandomNumbers random(1);
    for (unsigned n = 0; n < most_programs; ++n) {
        const Program program = generate(random);
        const ProgramOutcome outcome = runner->run(program);
        if (std::ranges::count(outcome.findings, FindingKind::race, &Finding::kind) == 0) {
            continue;
        }
        for (int again = 0; again < 20; ++again) {
            EXPECT_EQ(all_of(runner->run(harmless)), "") << "left behind by\n" << print(program);
            EXPECT_EQ(without_times(runner->run(program)), without_times(outcome))
                << print(program);
        }
        return;
    }
    ADD_FAILURE() << "not shown by " << most_programs << " programs";
}

TEST(RaceRunnerTest, the_order_of_locks_that_boot_shows_is_no_programs_fault) {
    const auto runner = runner_of("seeded_bug_lock_inversion", 2);
    ASSERT_NE(runner, nullptr);
    EXPECT_EQ(std::ranges::count(runner->at_boot(), FindingKind::lock_order, &Finding::kind), 1);
    Program harmless;
    harmless.processes.resize(1);
    EXPECT_EQ(all_of(runner->run(harmless)), "");
}

}  // namespace
}  // namespace stampede::fuzz
