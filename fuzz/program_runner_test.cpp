// Programs from one snapshot of the real kernel: silence where it is right, the bug's name where it
// is not, the same each time.
#include "fuzz/program_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/program/generate/generate.h"
#include "fuzz/program/text/text.h"
#include "harts/guests/our_kernel.h"

namespace stampede::fuzz {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::unique_ptr<ProgramRunner> runner_of(const std::string& policy, unsigned harts = 2,
                                         std::span<u8> coverage = {},
                                         std::span<u8> interleavings = {}) {
    RunnerSetup setup;
    setup.guest = our_kernel(STAMPEDE_GUESTS, policy);
    setup.harts = harts;
    setup.coverage = coverage;
    setup.interleavings = interleavings;
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
        all += std::string(name_of(finding.kind)) + ": " + finding.title + "\n" + finding.detail +
               "\n";
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

// Runs `number` programs and then the same from the last to the first, on the same runner and on
// another one.
void run_there_and_back(const std::string& policy, unsigned harts, unsigned number) {
    const auto runner = runner_of(policy, harts), fresh = runner_of(policy, harts);
    ASSERT_NE(runner, nullptr);
    RandomNumbers random(77);
    std::vector<Program> programs;
    std::vector<ProgramOutcome> first;
    for (unsigned n = 0; n < number; ++n) {
        programs.push_back(generate(random));
        first.push_back(runner->run(programs.back()));
    }
    for (unsigned n = number; n-- != 0;) {
        for (ProgramRunner* again : {runner.get(), fresh.get()}) {
            const ProgramOutcome outcome = again->run(programs[n]);
            EXPECT_EQ(outcome.state_hash, first[n].state_hash) << print(programs[n]);
            EXPECT_EQ(outcome.instructions, first[n].instructions);
            EXPECT_EQ(outcome.dirty_pages, first[n].dirty_pages);
            EXPECT_EQ(outcome.system_calls, first[n].system_calls);
            EXPECT_EQ(titles(outcome), titles(first[n]));
        }
    }
}

TEST_P(RunnerTest, one_program_gives_one_outcome_behind_any_other) {
    run_there_and_back("kmem", GetParam(), 100);
}

// Once a translation is stale stores to page tables are watched, which has a memory of its own.
TEST_P(RunnerTest, so_it_does_where_translations_are_stale) {
    run_there_and_back("seeded_bug_no_flush_after_copy", GetParam(), 100);
}

TEST_P(RunnerTest, one_program_covers_the_same_each_time_and_others_cover_more) {
    constexpr std::size_t of_branches = 1 << 17;
    std::vector<u8> counters(of_branches + (1 << 16));
    const auto runner = runner_of("kmem", GetParam(), std::span(counters).first(of_branches),
                                  std::span(counters).subspan(of_branches));
    ASSERT_NE(runner, nullptr);
    const auto covered_by = [&](const Program& program) {
        std::ranges::fill(counters, u8{0});
        (void)runner->run(program);
        return counters;
    };
    RandomNumbers random(78);
    std::vector<Program> programs;
    std::vector<std::vector<u8>> first;
    std::vector<u8> all(counters.size());
    u64 before = 0;
    for (unsigned n = 0; n < 60; ++n) {
        programs.push_back(generate(random));
        first.push_back(covered_by(programs.back()));
        std::ranges::transform(all, first.back(), all.begin(),
                               [](u8 one, u8 other) { return static_cast<u8>(one | other); });
        before = n == 9 ? static_cast<u64>(
                              std::ranges::count_if(all, [](u8 counter) { return counter != 0; }))
                        : before;
    }
    for (unsigned n = programs.size(); n-- != 0;) {
        EXPECT_EQ(covered_by(programs[n]), first[n]) << print(programs[n]);
    }
    EXPECT_GT(before, 500u) << "ways of branches, after 10 programs";
    const auto met = std::ranges::count_if(std::span(all).subspan(of_branches),
                                           [](u8 counter) { return counter != 0; });
    EXPECT_EQ(met > 100, GetParam() > 1) << met << " meetings of harts";
    EXPECT_GT(std::ranges::count_if(all, [](u8 counter) { return counter != 0; }),
              before + before / 10)
        << "after 60";
}

INSTANTIATE_TEST_SUITE_P(Harts, RunnerTest, testing::Values(1, 2, 8));

// A kernel that is wrong, and what one of the first generated programs makes it show.
struct Bug {
    const char* policy;
    FindingKind kind;
    ProgramOutcome::End end = ProgramOutcome::End::Slept;
};
void PrintTo(const Bug& bug, std::ostream* out) { *out << bug.policy; }

class RunnerBugTest : public testing::TestWithParam<Bug> {};

TEST_P(RunnerBugTest, a_generated_program_shows_it_each_time_and_leaves_nothing_behind) {
    constexpr unsigned most_programs = 3000;
    const auto runner = runner_of(std::string("seeded_bug_") + GetParam().policy);
    ASSERT_NE(runner, nullptr);
    EXPECT_THAT(runner->at_boot(), IsEmpty());
    const Program harmless = program_of("stampede-program 1\nprocess 0:\n  getpid\n");
    const auto shows = [](const ProgramOutcome& outcome) {
        return outcome.end == GetParam().end &&
               std::ranges::count(outcome.findings, GetParam().kind, &Finding::kind) != 0;
    };
    RandomNumbers random(1);
    for (unsigned n = 0; n < most_programs; ++n) {
        const Program program = generate(random);
        const ProgramOutcome outcome = runner->run(program);
        if (!shows(outcome)) {
            continue;
        }
        for (int again = 0; again < 3; ++again) {
            EXPECT_EQ(titles(runner->run(harmless)), "") << "left behind by\n" << print(program);
            EXPECT_EQ(titles(runner->run(program)), titles(outcome)) << print(program);
        }
        return;
    }
    ADD_FAILURE() << "not shown by " << most_programs << " programs";
}

INSTANTIATE_TEST_SUITE_P(
    Bugs, RunnerBugTest,
    testing::Values(Bug{"arguments_kept", FindingKind::leak},
                    Bug{"any_fault_handled", FindingKind::no_progress,
                        ProgramOutcome::End::Stopped},
                    Bug{"copyout_unaware", FindingKind::check_failed},
                    Bug{"copyout_unaware", FindingKind::shared_write},
                    Bug{"copyout_drops_on_error", FindingKind::audit},
                    Bug{"hole_dereferenced", FindingKind::panic, ProgramOutcome::End::Stopped},
                    Bug{"lock_inversion", FindingKind::no_progress, ProgramOutcome::End::Stuck},
                    Bug{"no_flush_after_copy", FindingKind::stale_translation},
                    Bug{"own_page_table_freed", FindingKind::use_after_free}),
    [](const auto& info) {
        return std::string(info.param.policy) + "_" + std::string(name_of(info.param.kind));
    });

// Seeds until one shows it; on the kernel that is right none does.
TEST(RunnerTest, who_sleeps_for_ever_in_a_wait_that_must_come_back_has_lost_a_wake_up) {
    const auto wrong = runner_of("seeded_bug_lost_wakeup"), right = runner_of("kmem");
    ASSERT_TRUE(wrong != nullptr && right != nullptr);
    const std::string forks = "\nprocess 0:\n  r0 = fork { }\n  wait\n";
    unsigned shown = 0;
    for (unsigned seed = 0; seed < 20'000 && shown == 0; ++seed) {
        const Program program =
            program_of("stampede-program 1\nschedule pct:3 seed " + std::to_string(seed) + forks);
        EXPECT_THAT(right->run(program).findings, IsEmpty());
        const ProgramOutcome outcome = wrong->run(program);
        if (outcome.findings.empty()) {
            continue;
        }
        ++shown;
        EXPECT_EQ(outcome.findings.front().kind, FindingKind::no_progress);
        EXPECT_EQ(outcome.findings.front().title, "a process sleeps in wait() for ever");
        EXPECT_EQ(titles(wrong->run(program)), titles(outcome));
    }
    EXPECT_GT(shown, 0u);
}

// A fuzzer's: the file's first page goes over the program that is being loaded.
TEST(RunnerTest, who_execs_what_the_program_writes_may_run_into_nowhere) {
    const auto runner = runner_of("kmem");
    ASSERT_NE(runner, nullptr);
    for (unsigned seed = 0; seed < 40; ++seed) {
        const std::string number = std::to_string(seed == 0 ? 2798287384u : seed);
        const ProgramOutcome outcome = runner->run(program_of(
            "stampede-program 1\nschedule random:101 seed " + number +
            "\nprocess 0:\nprocess 1:\n  r2 = fork { }\nprocess 2:\n"
            "  r2 = fork { close p3.w }\n  f2 = open /echo both\n  write f2 0x6010 3772\n  read f2 "
            "0x6ffd 5\n  store 0x5010 67\n"
            "  r2 = fork { store 0x5010 9 }\nprocess 3:\n  store page 4 173\n  exec /echo\n"));
        EXPECT_THAT(outcome.findings, IsEmpty()) << number << "\n" << titles(outcome);
    }
}

// A reader may sleep for ever, so may who waits for it, and what was killed in its sleep is gone.
TEST(RunnerTest, who_waits_for_somebody_that_may_sleep_has_lost_nothing) {
    const auto runner = runner_of("kmem");
    ASSERT_NE(runner, nullptr);
    for (const char* calls :
         {"  r0 = fork { read q0.r page 1 1 }\n  wait\n",
          "  pipe p0\n  r0 = fork { r1 = fork { read p0.r page 1 1 }; wait }\n  wait\n",
          "  r0 = fork { sleep 1; r1 = fork { read q1.r page 1 1 }; wait }\n  r1 = fork { kill r0 "
          "}\n  wait\n  wait\n",
          "  r0 = fork { r1 = fork { read q1.r page 1 1 }; kill self }\n  wait\n",
          "  r0 = fork { exec /echo }\n  wait\n  write q0.w page 0 most\n"}) {
        for (unsigned seed = 0; seed < 20; ++seed) {
            const Program program = program_of("stampede-program 1\nschedule random:100 seed " +
                                               std::to_string(seed) + "\nprocess 0:\n" + calls);
            const ProgramOutcome outcome = runner->run(program);
            EXPECT_THAT(outcome.findings, IsEmpty()) << print(program) << titles(outcome);
            EXPECT_EQ(outcome.end, ProgramOutcome::End::Slept);
        }
    }
}

TEST(RunnerTest, what_boot_shows_is_no_programs_fault) {
    const auto runner = runner_of("seeded_bug_parent_stays_writable");
    ASSERT_NE(runner, nullptr);
    ASSERT_EQ(runner->at_boot().size(), 1u);
    EXPECT_EQ(runner->at_boot().front().title, "a shared frame is mapped writable");
    EXPECT_THAT(runner->run(program_of("stampede-program 1\nprocess 0:\n  getpid\n")).findings,
                IsEmpty());
    const Program program = program_of(
        "stampede-program 1\nprocess 0:\n  store page 2 1\n  r0 = fork { load page 2; sleep 1; "
        "load page 2 }\n"
        "  store page 2 9\n  wait\n");
    EXPECT_THAT(titles(runner->run(program)),
                HasSubstr("a byte changed that this process did not write"));
}

TEST(RunnerTest, more_code_than_counters_is_an_error) {
    std::vector<u8> few(100);
    RunnerSetup setup;
    setup.guest = our_kernel(STAMPEDE_GUESTS, "kmem");
    setup.coverage = few;
    const auto runner = ProgramRunner::create(setup);
    ASSERT_FALSE(runner.has_value());
    EXPECT_THAT(runner.error().message, HasSubstr("bytes of code, and counters for 100"));
}

TEST(RunnerTest, a_kernel_without_an_executor_is_an_error_with_its_name) {
    RunnerSetup setup;
    setup.guest = our_kernel(STAMPEDE_GUESTS, "kmem");
    setup.guest.kernel = STAMPEDE_GUESTS "/several_harts.elf";
    const auto runner = ProgramRunner::create(setup);
    ASSERT_FALSE(runner.has_value());
    EXPECT_THAT(runner.error().message, HasSubstr("several_harts.elf"));
}

}  // namespace
}  // namespace stampede::fuzz
