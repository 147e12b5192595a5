#include "fuzz/program/program.h"

#include <gtest/gtest.h>

#include "fuzz/program/test_programs.h"

namespace stampede::fuzz {
namespace {

TEST(ProgramTest, the_extent_counts_bodies) {
    const Program program = program_of(
        "process 0:\n  r0 = fork { r1 = fork { getpid }; r1 = fork { } }\nprocess 1:\n  wait\n");
    const Extent extent = extent_of(program);
    EXPECT_EQ(extent.calls, 5u);
    EXPECT_EQ(extent.forks, 3u);
    EXPECT_EQ(extent.depth, 2u);
}

Call call_of(CallKind kind) {
    Call call;
    call.kind = kind;
    return call;
}

Program with(Call call) { return {{}, {{{std::move(call)}}}}; }

TEST(ProgramTest, a_flaw_is_named) {
    Program program;
    EXPECT_EQ(flaw(program), "0 processes, expected 1 to 4");
    program.processes.resize(5);
    EXPECT_EQ(flaw(program), "5 processes, expected 1 to 4");
    program.processes.resize(4);
    EXPECT_EQ(flaw(program), std::nullopt);
    program.schedule = {ScheduleChoice::Kind::Random, ScheduleChoice::shortest_turn - 1, 0};
    EXPECT_EQ(flaw(program), "a schedule out of its range");
    program.schedule = {ScheduleChoice::Kind::Pct, 5, 0};
    EXPECT_EQ(flaw(program), "a schedule out of its range");
    program.schedule = {};
    program.processes[0].calls.resize(32);
    program.processes[3].calls.resize(32);
    EXPECT_EQ(flaw(program), std::nullopt);
    program.processes[1].calls.resize(1);
    EXPECT_EQ(flaw(program), "65 calls, expected at most 64");
    program = {{}, {{Calls(9, call_of(CallKind::fork))}}};
    EXPECT_EQ(flaw(program), "9 forks, expected at most 8");
    Call deep = call_of(CallKind::fork);
    for (unsigned n = 0; n < 3; ++n) {
        Call outer = call_of(CallKind::fork);
        outer.body = {deep};
        deep = outer;
    }
    EXPECT_EQ(flaw(with(deep)), "forks 4 deep, expected at most 3");
}

TEST(ProgramTest, an_operand_out_of_its_range_is_a_flaw) {
    const auto flaw_of = [](CallKind kind, auto change) {
        Call call = call_of(kind);
        change(call);
        return flaw(with(call)).value_or("none");
    };
    EXPECT_EQ(flaw_of(CallKind::fork, [](Call& call) { call.slot = 4; }),
              "fork: an operand out of its range");
    EXPECT_EQ(flaw_of(CallKind::close, [](Call& call) { call.descriptor = {39}; }),
              "close: an operand out of its range");
    EXPECT_EQ(flaw_of(CallKind::kill, [](Call& call) { call.pid = {41}; }),
              "kill: an operand out of its range");
    EXPECT_EQ(flaw_of(CallKind::link, [](Call& call) { call.second_path = {19}; }),
              "link: an operand out of its range");
    EXPECT_EQ(
        flaw_of(CallKind::load, [](Call& call) { call.address = {Address::Base::region, 0x8000}; }),
        "load: an operand out of its range");
    EXPECT_EQ(flaw_of(CallKind::load, [](Call& call) { call.address = {Address::Base::stack, 0}; }),
              "load: an operand out of its range");
    EXPECT_EQ(flaw_of(CallKind::read, [](Call& call) { call.length = {12292}; }),
              "read: an operand out of its range");
    EXPECT_EQ(flaw_of(CallKind::sleep, [](Call& call) { call.number = 4; }),
              "sleep: an operand out of its range");
    EXPECT_EQ(flaw_of(CallKind::sbrk, [](Call& call) { call.number = least_heap_bytes; }), "none");
    EXPECT_EQ(flaw_of(CallKind::exit, [](Call& call) { call.number = -1; }),
              "exit: an operand out of its range");
}

TEST(ProgramTest, an_operand_that_a_call_does_not_have_is_a_flaw) {
    Call call = call_of(CallKind::store);
    call.slot = 1;
    EXPECT_EQ(flaw(with(call)), "store: an operand that it does not have");
    call = call_of(CallKind::getpid);
    call.body = {call_of(CallKind::getpid)};
    EXPECT_EQ(flaw(with(call)), "getpid: an operand that it does not have");
    Call fork = call_of(CallKind::fork);
    call.body.clear();
    call.number = 1;
    fork.body = {call};
    EXPECT_EQ(flaw(with(fork)), "getpid: an operand that it does not have");
}

}  // namespace
}  // namespace stampede::fuzz
