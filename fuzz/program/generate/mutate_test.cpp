#include "fuzz/program/generate/mutate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "fuzz/program/test_programs.h"

namespace stampede::fuzz {
namespace {

TEST(MutateTest, a_mutated_program_stays_within_the_limits) {
    RandomNumbers random(1);
    Extent most;
    Program program = generate(random);
    for (unsigned n = 0; n < 15'000; ++n) {
        mutate(program, random);
        ASSERT_EQ(flaw(program), std::nullopt) << print(program);
        const Extent extent = extent_of(program);
        most = {std::max(most.calls, extent.calls), std::max(most.forks, extent.forks),
                std::max(most.depth, extent.depth)};
        if (n % 500 == 0) {
            program = generate(random);
        }
    }
    EXPECT_EQ(most.forks, Program::most_forks);
    EXPECT_EQ(most.depth, Program::deepest_fork);
}

TEST(MutateTest, a_mutation_is_a_function_of_the_seed_and_changes_the_program) {
    u64 changed = 0;
    for (u64 seed = 1; seed <= 1000; ++seed) {
        RandomNumbers random(seed);
        const Program before = generate(random);
        RandomNumbers same = random;
        Program one = before;
        Program other = before;
        mutate(one, random);
        mutate(other, same);
        ASSERT_EQ(one, other);
        changed += one != before;
    }
    EXPECT_GT(changed, 950u);
}

Extent extent_after(Change change, std::string_view processes, u64 seed) {
    Program program = program_of(processes);
    RandomNumbers random(seed);
    EXPECT_TRUE(apply(change, program, random)) << processes;
    EXPECT_EQ(flaw(program), std::nullopt);
    return extent_of(program);
}

TEST(MutateTest, each_change_does_what_its_name_says) {
    constexpr std::string_view plain = "process 0:\n  getpid\n  uptime\n  load 0x3\n";
    constexpr std::string_view forks = "process 0:\n  r0 = fork { getpid; uptime }\n";
    for (u64 seed = 1; seed <= 100; ++seed) {
        EXPECT_GT(extent_after(Change::Insert, plain, seed).calls, 3u);
        EXPECT_EQ(extent_after(Change::Delete, plain, seed).calls, 2u);
        EXPECT_EQ(extent_after(Change::Duplicate, plain, seed).calls, 4u);
        EXPECT_EQ(extent_after(Change::Move, plain, seed).calls, 3u);
        EXPECT_GT(extent_after(Change::Splice, plain, seed).calls, 3u);
        EXPECT_EQ(extent_after(Change::WrapInFork, plain, seed).forks, 1u);
        EXPECT_EQ(extent_after(Change::WrapInFork, plain, seed).calls, 4u);
        EXPECT_EQ(extent_after(Change::UnwrapFork, forks, seed).calls, 2u);
        EXPECT_EQ(extent_after(Change::UnwrapFork, forks, seed).forks, 0u);
    }
}

TEST(MutateTest, processes_come_and_go_within_one_and_four) {
    RandomNumbers random(1);
    Program program = program_of("process 0:\n  getpid\n");
    EXPECT_FALSE(apply(Change::RemoveProcess, program, random));
    for (u64 n = 2; n <= Program::most_processes; ++n) {
        EXPECT_TRUE(apply(Change::AddProcess, program, random));
        EXPECT_EQ(program.processes.size(), n);
    }
    EXPECT_FALSE(apply(Change::AddProcess, program, random));
    EXPECT_TRUE(apply(Change::RemoveProcess, program, random));
    EXPECT_EQ(program.processes.size(), 3u);
}

TEST(MutateTest, an_operand_changes_alone) {
    const Program before = program_of("process 0:\n  store 0x3 1\n");
    std::set<unsigned> bases;
    u64 bytes = 0;
    for (u64 seed = 1; seed <= 3000; ++seed) {
        Program after = before;
        RandomNumbers random(seed);
        if (apply(Change::ChangeOperand, after, random)) {
            const Call& call = after.processes[0].calls.at(0);
            EXPECT_EQ(call.kind, CallKind::store);
            EXPECT_TRUE((call.number != 1) !=
                        (call.address != before.processes[0].calls[0].address));
            bases.insert(static_cast<unsigned>(call.address.base));
            bytes += call.number != 1;
        } else {
            EXPECT_EQ(after, before);
        }
    }
    EXPECT_EQ(bases.size(), abi::program_base_count);  // ends of pages, holes, text and so on
    EXPECT_GT(bytes, 1000u);
}

TEST(MutateTest, a_schedule_changes_alone) {
    const Program before = program_of("process 0:\n  getpid\n");
    Program after = before;
    RandomNumbers random(1);
    EXPECT_TRUE(apply(Change::ChangeSchedule, after, random));
    EXPECT_NE(after.schedule, before.schedule);
    EXPECT_EQ(after.processes, before.processes);
}

TEST(MutateTest, where_there_is_nothing_to_change_nothing_is_changed) {
    for (const Change change :
         {Change::Delete, Change::Duplicate, Change::Move, Change::ChangeOperand, Change::Splice,
          Change::WrapInFork, Change::UnwrapFork, Change::RemoveProcess}) {
        Program program = program_of("process 0:\n");
        RandomNumbers random(1);
        EXPECT_FALSE(apply(change, program, random)) << static_cast<unsigned>(change);
        EXPECT_EQ(program, program_of("process 0:\n"));
    }
}

TEST(MutateTest, every_change_is_reached_and_told) {
    constexpr std::string_view start =
        "process 0:\n  store 0x3 1\n  r0 = fork { store 0x4 2; store 0x5 3 }\nprocess 1:\n  store "
        "0x6 4\n";
    const Program before = program_of(start);
    std::array<u64, change_count> times{};
    for (u64 seed = 1; seed <= 2000; ++seed) {
        Program after = before;
        RandomNumbers random(seed);
        const u32 made = mutate(after, random);
        EXPECT_NE(made, 0u);
        EXPECT_EQ(made >> change_count, 0u);
        for (unsigned n = 0; n < change_count; ++n) {
            times[n] += made >> n & 1;
        }
        if (made == 1u << static_cast<unsigned>(Change::ChangeSchedule)) {
            EXPECT_EQ(after.processes, before.processes);
        }
    }
    for (unsigned n = 0; n < change_count; ++n) {
        EXPECT_GT(times[n], 100u) << n;
    }
}

TEST(MutateTest, one_call_or_several_become_a_childs) {
    std::set<u64> sizes;
    for (u64 seed = 1; seed <= 100; ++seed) {
        Program program = program_of("process 0:\n  getpid\n  uptime\n  load 0x3\n");
        RandomNumbers random(seed);
        EXPECT_TRUE(apply(Change::WrapInFork, program, random));
        for_each_call(program, [&](const Call& call) {
            if (call.kind == CallKind::fork) {
                sizes.insert(call.body.size());
            }
        });
    }
    EXPECT_EQ(sizes, (std::set<u64>{1, 2, 3}));
}

TEST(MutateTest, a_cross_has_calls_of_both_and_of_nobody_else) {
    const Program one = program_of(
        "schedule pct:1 seed 1\nprocess 0:\n  store 0x1 1\n  store 0x2 1\nprocess 1:\n  store 0x3 "
        "1\n");
    const Program other = program_of("schedule pct:2 seed 2\nprocess 0:\n  load 0x1\n  load 0x2\n");
    u64 mixed = 0;
    for (u64 seed = 1; seed <= 500; ++seed) {
        RandomNumbers random(seed);
        const Program made = cross(one, other, random);
        ASSERT_EQ(flaw(made), std::nullopt);
        EXPECT_EQ(made.processes.size(), 2u);
        EXPECT_TRUE(made.schedule == one.schedule || made.schedule == other.schedule);
        u64 stores = 0;
        u64 loads = 0;
        for_each_call(made, [&](const Call& call) {
            stores += call.kind == CallKind::store;
            loads += call.kind == CallKind::load;
        });
        EXPECT_EQ(stores + loads, extent_of(made).calls);
        mixed += stores != 0 && loads != 0;
    }
    EXPECT_GT(mixed, 250u);
}

TEST(MutateTest, crossing_stays_within_the_limits) {
    RandomNumbers random(1);
    Program one = generate(random);
    for (unsigned n = 0; n < 5000; ++n) {
        Program other = generate(random);
        mutate(other, random);
        one = cross(one, other, random);
        ASSERT_EQ(flaw(one), std::nullopt) << print(one);
    }
}

TEST(MutateTest, trimming_drops_what_is_too_much_and_nothing_else) {
    Program program = program_of("process 0:\n  getpid\nprocess 1:\n  uptime\n");
    const Program before = program;
    trim(program);
    EXPECT_EQ(program, before);
    program.processes[0].calls.resize(100);
    program.processes.resize(6);
    trim(program);
    EXPECT_EQ(extent_of(program).calls, Program::most_calls);
    EXPECT_EQ(program.processes.size(), Program::most_processes);
    EXPECT_TRUE(program.processes[1].calls.empty());
}

TEST(MutateTest, long_programs_are_shortened_but_for_a_few_and_short_ones_left_alone) {
    RandomNumbers random(11);
    unsigned left_long = 0;
    constexpr unsigned tries = 800;
    for (unsigned n = 0; n < tries; ++n) {
        Program program = generate(random);
        while (extent_of(program).calls < 40) {
            apply(Change::Insert, program, random);
        }
        shorten(program, random);
        ASSERT_EQ(flaw(program), std::nullopt);
        const unsigned calls = extent_of(program).calls;
        EXPECT_TRUE(calls <= usual_calls || calls >= 40) << calls;
        left_long += calls >= 40 ? 1 : 0;
    }
    EXPECT_NEAR(left_long, tries / long_ones, 25);
    Program little = program_of("process 0:\n  getpid\n  getpid\n");
    const Program before = little;
    shorten(little, random);
    EXPECT_EQ(little, before);
}

}  // namespace
}  // namespace stampede::fuzz
