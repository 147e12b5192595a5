#include "fuzz/program/generate/generate.h"

#include <gtest/gtest.h>

#include <set>

#include "fuzz/program/resources.h"
#include "fuzz/program/test_programs.h"

namespace stampede::fuzz {
namespace {

TEST(GenerateTest, most_programs_have_something_to_do_at_the_same_time) {
    constexpr u64 count = 50'000;
    u64 calls = 0;
    u64 several = 0;
    u64 forking = 0;
    for_each_generated(count, [&](const Program& program) {
        ASSERT_EQ(flaw(program), std::nullopt) << print(program);
        const Extent extent = extent_of(program);
        calls += extent.calls;
        several += program.processes.size() > 1;
        forking += extent.forks != 0;
    });
    EXPECT_GE(calls, 8 * count);
    EXPECT_GE(2 * several, count);
    EXPECT_GE(3 * forking, count);
}

TEST(GenerateTest, a_program_is_a_function_of_the_seed) {
    for (u64 seed = 1; seed <= 100; ++seed) {
        RandomNumbers one(seed);
        RandomNumbers same(seed);
        RandomNumbers other(seed + 1);
        const Program program = generate(one);
        EXPECT_EQ(program, generate(same));
        EXPECT_NE(program, generate(other));
    }
}

TEST(GenerateTest, every_kind_and_every_operand_is_generated) {
    std::set<CallKind> kinds;
    std::set<unsigned> descriptors, pids, paths, second_paths, bases, schedules, process_counts,
        depths;
    std::set<std::pair<CallKind, unsigned>> slots_of_kinds;
    std::set<u16> odd_lengths;
    std::set<i32> flags;
    for_each_generated(50'000, [&](const Program& program) {
        schedules.insert(static_cast<unsigned>(program.schedule.kind));
        process_counts.insert(static_cast<unsigned>(program.processes.size()));
        depths.insert(extent_of(program).depth);
        for_each_call(program, [&](const Call& call) {
            kinds.insert(call.kind);
            for (const Operand operand : operands_of(call.kind)) {
                switch (operand) {
                case Operand::Result:
                case Operand::PipeSlot: slots_of_kinds.insert({call.kind, call.slot}); break;
                case Operand::Descriptor: descriptors.insert(call.descriptor.index); break;
                case Operand::Pid: pids.insert(call.pid.index); break;
                case Operand::Path: paths.insert(call.path.index); break;
                case Operand::SecondPath: second_paths.insert(call.second_path.index); break;
                case Operand::Address:
                    bases.insert(static_cast<unsigned>(call.address.base));
                    break;
                case Operand::Length:
                    odd_lengths.insert(call.length.plain() ? Length::last_plain : call.length.code);
                    break;
                case Operand::OpenFlags: flags.insert(call.number); break;
                default: break;
                }
            }
        });
    });
    EXPECT_EQ(kinds.size(), abi::program_call_count);
    EXPECT_EQ(descriptors.size(), abi::program_descriptor::count);
    EXPECT_EQ(pids.size(), abi::program_pid::count);
    EXPECT_EQ(paths.size(), abi::program_path_limit);
    EXPECT_EQ(second_paths.size(), abi::program_path_limit);
    EXPECT_EQ(bases.size(), abi::program_base_count);
    EXPECT_EQ(schedules.size(), schedule_kind_count);
    EXPECT_EQ(process_counts.size(), Program::most_processes);
    EXPECT_EQ(depths.size(), Program::deepest_fork + 1);
    EXPECT_EQ(slots_of_kinds.size(), 4 * abi::program_slots);
    EXPECT_EQ(odd_lengths.size(), 4u);
    EXPECT_EQ(flags.size(), 12u);
}

// How many calls of `kind` do something, by what their process has then.
struct Useful {
    u64 calls = 0;
    u64 useful = 0;
    void add(bool one) {
        ++calls;
        useful += one;
    }
};

class Judge {
public:
    void list(const Calls& calls, Resources resources) {
        for (const Call& call : calls) {
            PipeResource* const pipe = resources.pipe_of(call.descriptor);
            if (call.kind == CallKind::read && pipe != nullptr) {
                reads.add(call.descriptor.index % 2 == 0 && pipe->readers != 0 &&
                          (pipe->bytes != 0 || pipe->writers == 0));
            } else if (call.kind == CallKind::write && pipe != nullptr) {
                writes.add(call.descriptor.index % 2 != 0 && pipe->writers != 0);
            } else if (call.kind == CallKind::wait) {
                waits.add(resources.children != 0);
            } else if (call.kind == CallKind::fork) {
                list(call.body, resources.of_child());
            }
            resources.after(call);
        }
    }

    Useful reads, writes, waits;
};

TEST(GenerateTest, most_calls_find_what_they_need) {
    Judge judge;
    u64 top_level_exits = 0;
    for_each_generated(20'000, [&](const Program& program) {
        for (const Process& process : program.processes) {
            judge.list(process.calls, {});
            for (const Call& call : process.calls) {
                top_level_exits += call.kind == CallKind::exit;
            }
        }
    });
    EXPECT_GT(judge.reads.useful * 4, judge.reads.calls * 3);
    EXPECT_GT(judge.writes.useful * 10, judge.writes.calls * 9);
    EXPECT_GT(judge.waits.useful * 4, judge.waits.calls * 3);
    EXPECT_LT(top_level_exits, 20'000u / 10);
    EXPECT_GT(judge.reads.calls, 2'000u);
    EXPECT_GT(judge.writes.calls, 5'000u);
}

// By chance a call in five stores, and one of them in a hundred in the heap.
TEST(GenerateTest, what_makes_a_heap_fresh_is_often_followed_by_a_store_there) {
    u64 fresh = 0, stored = 0;
    for_each_generated(20'000, [&](const Program& program) {
        for (const Process& process : program.processes) {
            Resources resources;
            for (const Call& call : process.calls) {
                fresh += resources.heap_is_fresh;
                stored += resources.heap_is_fresh && call.kind == CallKind::store &&
                          call.address.base == Address::Base::heap;
                resources.after(call);
            }
        }
    });
    EXPECT_GT(fresh, 1'000u);
    EXPECT_GT(stored * 3, fresh);
}

TEST(ResourcesTest, a_heap_is_fresh_from_growth_or_fork_to_the_next_store) {
    const Program program = program_of(
        "process 0:\n  r0 = fork { }\n  sbrk 4096\n  load heap+0x0\n  store heap+0x0 1\n  r1 = "
        "fork { getpid }\n"
        "  store page 1 1\n  sbrk -4096\n  getpid\n");
    const Calls& calls = program.processes[0].calls;
    const bool expected[] = {false, false, true, true, false, true, false, false};
    for (u64 n = 0; n < std::size(expected); ++n) {
        EXPECT_EQ(resources_before(program, calls, n).heap_is_fresh, expected[n]) << n;
    }
}

TEST(ResourcesTest, they_are_those_before_the_place_asked_for) {
    const Program program = program_of(
        "process 0:\n  pipe p1\n  write p1.w 0x0 9\n  r2 = fork { close p1.w; read p1.r 0x0 4; "
        "wait }\n  wait\nprocess 1:\n");
    const Calls& calls = program.processes[0].calls;
    Resources at = resources_before(program, calls, 0);
    EXPECT_EQ(at.made[1].readers, 0);
    EXPECT_EQ(at.shared[0].writers, 1);
    at = resources_before(program, calls, 3);
    EXPECT_EQ(at.children, 1u);
    EXPECT_EQ(at.forked, 0b100u);
    EXPECT_EQ(at.made[1].bytes, 9u);
    EXPECT_EQ(at.made[1].writers, 1);
    EXPECT_EQ(resources_before(program, calls, 4).children, 0u);
    at = resources_before(program, calls[2].body, 3);
    EXPECT_EQ(at.children, 0u);
    EXPECT_EQ(at.made[1].bytes, 5u);
    EXPECT_EQ(at.made[1].readers, 1);
    EXPECT_EQ(at.made[1].writers, 0);
    const Program family =
        program_of("process 0:\n  r0 = fork { }\n  r1 = fork { getpid }\n  getpid\n");
    EXPECT_EQ(resources_before(family, family.processes[0].calls[1].body, 0).children, 0u);
    EXPECT_EQ(resources_before(family, family.processes[0].calls, 2).children, 2u);
    EXPECT_EQ(resources_before(program, program.processes[1].calls, 0).made[1].readers, 0);
}

}  // namespace
}  // namespace stampede::fuzz
