#include "fuzz/program/ending.h"

#include <gtest/gtest.h>

#include "fuzz/program/text.h"

namespace stampede::fuzz {
namespace {

bool lasts_only_in_reads(const std::string& calls) {
    const auto program = parse("stampede-program 1\nprocess 0:\n" + calls + "\nprocess 1:\n  getpid\n");
    EXPECT_TRUE(program) << (program ? "" : program.error().message);
    return program && only_reads_may_last(*program);
}

TEST(EndingTest, forks_and_waits_come_to_an_end) {
    EXPECT_TRUE(lasts_only_in_reads("  r0 = fork { r1 = fork { store page 1 3 }; wait; exit 3 }\n  wait\n  sleep 2\n  wait"));
}

TEST(EndingTest, who_reads_keeps_only_itself_unless_somebody_waits_for_it) {
    EXPECT_TRUE(lasts_only_in_reads("  read q0.r page 1 5\n  r0 = fork { }\n  wait"));
    EXPECT_FALSE(lasts_only_in_reads("  r0 = fork { read q0.r page 1 5 }\n  wait"));
    EXPECT_FALSE(lasts_only_in_reads("  r0 = fork { r1 = fork { read q0.r page 1 5 } }\n  wait"));
}

TEST(EndingTest, what_is_killed_or_becomes_another_program_is_not_certain) {
    for (const char* call : {"kill process 1", "exec /echo", "jump text+0x0", "make_program 0"}) {
        EXPECT_FALSE(lasts_only_in_reads(std::string("  ") + call)) << call;
        EXPECT_FALSE(lasts_only_in_reads(std::string("  r0 = fork { ") + call + " }")) << call;
    }
}

TEST(EndingTest, all_that_is_written_fits_into_any_pipe) {
    EXPECT_TRUE(lasts_only_in_reads("  write q0.w page 1 500\n  r0 = fork { write q0.w page 1 12 }"));
    EXPECT_FALSE(lasts_only_in_reads("  write q0.w page 1 500\n  r0 = fork { write q0.w page 1 13 }"));
    EXPECT_FALSE(lasts_only_in_reads("  write q0.w page 1 513\n  write q0.w page 1 0"));
    for (const char* length : {"huge", "most", "negative"}) {
        EXPECT_FALSE(lasts_only_in_reads(std::string("  write q0.w page 1 ") + length)) << length;
    }
}

TEST(EndingTest, every_process_counts) {
    const auto program = parse("stampede-program 1\nprocess 0:\n  write q0.w page 1 500\nprocess 1:\n  write q0.w page 1 13\n");
    ASSERT_TRUE(program);
    EXPECT_FALSE(only_reads_may_last(*program));
}

}  // namespace
}  // namespace stampede::fuzz
