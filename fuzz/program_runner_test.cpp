// Programs from one snapshot of the real kernel: silence where it is right, the bug's name where it is not, the same each time.
#include "fuzz/program_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/program/generate.h"
#include "fuzz/program/text.h"

namespace stampede::fuzz {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::unique_ptr<ProgramRunner> runner_of(const std::string& policy, unsigned harts = 2) {
    RunnerSetup setup;
    setup.kernel = std::string(STAMPEDE_GUESTS "/kernel-") + policy + ".elf";
    setup.executor = STAMPEDE_GUESTS "/user/executor.elf";
    setup.harts = harts;
    auto runner = ProgramRunner::create(setup);
    EXPECT_TRUE(runner.has_value()) << (runner ? "" : runner.error().message);
    return runner ? std::move(*runner) : nullptr;
}

Program program_of(std::string_view text) {
    const Result<Program> program = parse(text);
    EXPECT_TRUE(program.has_value()) << (program ? "" : program.error().message);
    return program.value_or(Program{});
}

std::string titles(const ProgramOutcome& outcome) {
    std::string all;
    for (const Finding& finding : outcome.findings) {
        all += std::string(name_of(finding.kind)) + ": " + finding.title + "\n" + finding.detail + "\n";
    }
    return all;
}

class RunnerTest : public testing::TestWithParam<unsigned> {};

TEST_P(RunnerTest, generated_programs_find_nothing_in_a_kernel_that_is_right) {
    const auto runner = runner_of("kmem", GetParam());
    ASSERT_NE(runner, nullptr);
    RandomNumbers random(GetParam());
    for (unsigned n = 0; n < 400; ++n) {
        const Program program = generate(random);
        const ProgramOutcome outcome = runner->run(program);
        ASSERT_THAT(outcome.findings, IsEmpty()) << print(program) << titles(outcome);
        ASSERT_NE(outcome.end, ProgramOutcome::End::Stuck) << print(program);
        ASSERT_NE(outcome.end, ProgramOutcome::End::Stopped) << print(program);
    }
}

TEST_P(RunnerTest, one_program_gives_one_outcome_behind_any_other) {
    const auto runner = runner_of("kmem", GetParam()), fresh = runner_of("kmem", GetParam());
    ASSERT_NE(runner, nullptr);
    RandomNumbers random(77);
    std::vector<Program> programs;
    std::vector<ProgramOutcome> first;
    for (unsigned n = 0; n < 60; ++n) {
        programs.push_back(generate(random));
        first.push_back(runner->run(programs.back()));
    }
    for (unsigned n = programs.size(); n-- != 0;) {
        for (ProgramRunner* again : {runner.get(), fresh.get()}) {
            const ProgramOutcome outcome = again->run(programs[n]);
            EXPECT_EQ(outcome.state_hash, first[n].state_hash) << print(programs[n]);
            EXPECT_EQ(outcome.instructions, first[n].instructions);
            EXPECT_EQ(outcome.dirty_pages, first[n].dirty_pages);
            EXPECT_EQ(outcome.system_calls, first[n].system_calls);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Harts, RunnerTest, testing::Values(1, 2, 8));

TEST(RunnerBugTest, a_write_of_the_childs_that_its_parent_sees_is_told_each_time) {
    const auto runner = runner_of("seeded_bug_parent_stays_writable");
    ASSERT_NE(runner, nullptr);
    const Program program = program_of("stampede-program 1\nprocess 0:\n  store page 2 1\n  r0 = fork { load page 2; sleep 1; load page 2 }\n"
                                       "  store page 2 9\n  wait\n");
    const Program harmless = program_of("stampede-program 1\nprocess 0:\n  getpid\n");
    constexpr char title[] = "a byte changed that this process did not write";
    const std::string told = titles(runner->run(program));
    EXPECT_THAT(told, HasSubstr(title));
    for (int n = 0; n < 5; ++n) {
        // The audit always finds this kernel's executors to share frames that are writable.
        EXPECT_THAT(titles(runner->run(harmless)), Not(HasSubstr(title))) << "something is left of what was found before";
        EXPECT_EQ(titles(runner->run(program)), told);
    }
}

TEST(RunnerTest, a_kernel_without_an_executor_is_an_error_with_its_name) {
    RunnerSetup setup;
    setup.kernel = STAMPEDE_GUESTS "/several_harts.elf";
    const auto runner = ProgramRunner::create(setup);
    ASSERT_FALSE(runner.has_value());
    EXPECT_THAT(runner.error().message, HasSubstr("several_harts.elf"));
}

}  // namespace
}  // namespace stampede::fuzz
