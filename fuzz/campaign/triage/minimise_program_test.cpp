#include "fuzz/campaign/triage/minimise_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/program/binary.h"
#include "fuzz/program/generate/generate.h"
#include "fuzz/program/text/text.h"

namespace stampede::campaign {
namespace {

using fuzz::Call;
using fuzz::CallKind;
using fuzz::Calls;
using fuzz::Program;

const Enough never = [] { return false; };

Program program_of(std::string_view text) {
    const auto program = fuzz::parse(text);
    EXPECT_TRUE(program.has_value()) << (program ? "" : program.error().message);
    return program.value_or(Program{});
}

bool has(const Calls& calls, CallKind kind) {
    return std::ranges::any_of(
        calls, [&](const Call& call) { return call.kind == kind || has(call.body, kind); });
}
bool has(const Program& program, CallKind kind) {
    return std::ranges::any_of(
        program.processes, [&](const fuzz::Process& process) { return has(process.calls, kind); });
}

TEST(MinimiseProgram, what_does_not_matter_goes) {
    const Program program = program_of(
        "stampede-program 1\nschedule pct:3 seed 77\n"
        "process 0:\n  getpid\n  uptime\n  r1 = fork { pipe p0; kill self; getpid }\n  store "
        "0x1234 77\n"
        "process 1:\n  getpid\n  getpid\n");
    const auto minimal = minimise_program(
        program, [](const Program& one) { return has(one, CallKind::kill); }, never);
    const Program least = program_of(
        "stampede-program 1\nschedule round-robin:4096 seed 1\nprocess 0:\n  kill self\n");
    EXPECT_EQ(fuzz::print(minimal.program), fuzz::print(least));
    EXPECT_LT(minimal.tries, 200u);
}

TEST(MinimiseProgram, what_matters_stays) {
    const Program program = program_of(
        "stampede-program 1\nschedule random:100 seed 9\n"
        "process 0:\n  getpid\n  r0 = fork { store 0x1008 5 }\n  write q0.w 0x1010 300\n"
        "process 1:\n  uptime\n  read q0.r 0x2000 20\n");
    const auto shows = [](const Program& one) {
        return one.processes.size() == 2 && has(one, CallKind::fork) && has(one, CallKind::store) &&
               has(one, CallKind::read) &&
               one.schedule.kind == fuzz::ScheduleChoice::Kind::Random && one.schedule.seed > 2;
    };
    const auto minimal = minimise_program(program, shows, never);
    EXPECT_TRUE(shows(minimal.program));
    EXPECT_EQ(fuzz::extent_of(minimal.program).calls, 3u);
    EXPECT_EQ(minimal.program.schedule.seed, 3u);
    EXPECT_EQ(minimal.program.schedule.parameter, 4096);
}

TEST(MinimiseProgram, a_length_that_matters_is_only_halved_as_far_as_it_goes) {
    const Program program = program_of("stampede-program 1\nprocess 0:\n  read q0.r 0x2345 4000\n");
    const auto minimal = minimise_program(
        program,
        [](const Program& one) {
            return !one.processes[0].calls.empty() && one.processes[0].calls[0].length.code >= 100;
        },
        never);
    EXPECT_GE(minimal.program.processes[0].calls[0].length.code, 100);
    EXPECT_LT(minimal.program.processes[0].calls[0].length.code, 200);
    EXPECT_EQ(minimal.program.processes[0].calls[0].address.offset, 0);
}

TEST(MinimiseProgram, any_program_ends_valid_and_no_larger) {
    RandomNumbers random(3);
    for (unsigned n = 0; n < 200; ++n) {
        const Program program = fuzz::generate(random);
        // Something that depends on the whole program in an odd way.
        const auto shows = [&](const Program& one) {
            return one == program || fuzz::encode(one).size() % 3 == 0;
        };
        const auto minimal = minimise_program(program, shows, never);
        EXPECT_TRUE(shows(minimal.program));
        EXPECT_EQ(fuzz::flaw(minimal.program), std::nullopt);
        EXPECT_LE(fuzz::extent_of(minimal.program).calls, fuzz::extent_of(program).calls);
    }
}

TEST(MinimiseProgram, it_ends_when_it_is_enough) {
    RandomNumbers random(5);
    const Program program = fuzz::generate(random);
    unsigned left = 3;
    const auto minimal = minimise_program(
        program, [](const Program&) { return true; }, [&] { return left == 0 || --left == 0; });
    EXPECT_LE(minimal.tries, 3u);
}

}  // namespace
}  // namespace stampede::campaign
