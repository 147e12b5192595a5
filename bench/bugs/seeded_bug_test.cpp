#include "bench/bugs/seeded_bug.h"

#include <gtest/gtest.h>

namespace stampede::bench {
namespace {

TEST(SeededBugTable, fields_are_taken_by_column_and_other_lines_left_out) {
    const auto bugs = parse_seeded_bugs("# a | b | c | d | e | f | g | h\n\nshort | line\n"
                                        "lost | proc/a.cpp | elsewhere | race, leak | 2 | forkbomb | no: why | what is wrong\n");
    ASSERT_EQ(bugs.size(), 1u);
    EXPECT_EQ(bugs[0].name, "lost");
    EXPECT_EQ(bugs[0].bug_class, "elsewhere");
    EXPECT_EQ(bugs[0].depth, "2");
    EXPECT_EQ(bugs[0].workload, "forkbomb");
}

TEST(SeededBugTable, is_built_in) { EXPECT_GE(seeded_bugs().size(), 20u); }

}  // namespace
}  // namespace stampede::bench
