#include "fuzz/program/binary.h"

#include <gtest/gtest.h>

#include "fuzz/program/test_programs.h"

namespace stampede::fuzz {
namespace {

TEST(ProgramBinaryTest, decoding_what_was_encoded_gives_the_same_program) {
    for_each_generated(20'000, [](const Program& program) {
        ASSERT_EQ(decode(encode(program)), program) << print(program);
    });
}

TEST(ProgramBinaryTest, from_text_to_bytes_to_text_is_the_identity) {
    for_each_generated(500, [](const Program& program) {
        const std::string text = print(program);
        EXPECT_EQ(print(decode(encode(parse(text).value()))), text);
    });
}

TEST(ProgramBinaryTest, every_byte_string_is_a_valid_program) {
    RandomNumbers random(1);
    Extent most;
    for (unsigned n = 0; n < 15'000; ++n) {
        std::string bytes(random.below(400), '\0');
        const u64 limit = 1 + random.below(256);  // small ones are tags and slots oftener
        for (char& byte : bytes) {
            byte = static_cast<char>(random.below(limit));
        }
        const Program program = decode(bytes);
        ASSERT_EQ(flaw(program), std::nullopt) << print(program);
        ASSERT_EQ(decode(encode(program)), program);
        const Extent extent = extent_of(program);
        most = {std::max(most.calls, extent.calls), std::max(most.forks, extent.forks),
                std::max(most.depth, extent.depth)};
    }
    EXPECT_EQ(most.calls, Program::most_calls);
    EXPECT_EQ(most.forks, Program::most_forks);
    EXPECT_EQ(most.depth, Program::deepest_fork);
}

TEST(ProgramBinaryTest, missing_bytes_are_0) {
    EXPECT_EQ(decode(""),
              (Program{{ScheduleChoice::Kind::RoundRobin, ScheduleChoice::shortest_turn, 0},
                       {Process{}}}));
    for_each_generated(200, [](const Program& program) {
        std::string bytes = encode(program);
        while (!bytes.empty()) {
            bytes.pop_back();
            EXPECT_EQ(decode(bytes), decode(bytes + std::string(3, '\0')));
        }
    });
}

TEST(ProgramBinaryTest, bytes_behind_the_program_are_not_read) {
    const std::string bytes = encode(program_of("process 0:\n  getpid\n"));
    EXPECT_EQ(decode(bytes + "\x01\x01\x01"), decode(bytes));
}

TEST(ProgramBinaryTest, the_schedule_comes_first) {
    const Program program = program_of("schedule pct:2 seed 305419896\nprocess 0:\nprocess 1:\n");
    EXPECT_EQ(encode(program), std::string("\x02\x01\x00\x78\x56\x34\x12\x01\x00\x00", 10));
    const ScheduleChoice choice = decode(std::string("\x01\x00\x00\x07", 4)).schedule;
    EXPECT_EQ(choice,
              (ScheduleChoice{ScheduleChoice::Kind::Random, ScheduleChoice::shortest_turn, 7}));
}

TEST(ProgramBinaryTest, a_fork_too_deep_is_none_and_its_calls_are_those_of_the_list_around) {
    const Program deep =
        program_of("process 0:\n  r0 = fork { r0 = fork { r0 = fork { getpid } } }\n");
    std::string bytes = encode(deep);
    const u64 at = bytes.find(static_cast<char>(CallKind::getpid));
    bytes.replace(at, 1, std::string("\x01\x00\x0a", 3));  // fork, slot 0, getpid
    EXPECT_EQ(decode(bytes), deep);
}

TEST(ProgramBinaryTest, a_call_takes_a_few_bytes) {
    u64 bytes = 0;
    u64 calls = 0;
    for_each_generated(1000, [&](const Program& program) {
        bytes += encode(program).size();
        calls += extent_of(program).calls;
    });
    EXPECT_LT(bytes, 7 * calls);
}

}  // namespace
}  // namespace stampede::fuzz
