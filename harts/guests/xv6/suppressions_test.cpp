#include "harts/guests/xv6/suppressions.h"

#include <gtest/gtest.h>

namespace stampede {
namespace {

std::size_t left_of(std::string first, std::string second, std::string address) {
    Finding finding;
    finding.kind = FindingKind::race;
    for (std::string* function : {&first, &second}) {
        FindingStack stack;
        stack.frames.push_back({*function, "a.c", 1, 0x1000});
        stack.address = address;
        finding.stacks.push_back(stack);
    }
    std::map<std::string, u64> suppressed;
    return xv6_suppressions().apply({finding}, suppressed).size();
}

TEST(Xv6Suppressions, hold_back_what_is_by_design_and_nothing_else_of_these_functions) {
    EXPECT_EQ(left_of("holding", "release", "proc[3].lock.cpu"), 0u);
    EXPECT_EQ(left_of("acquire", "holding", "tickslock.cpu"), 0u);
    EXPECT_EQ(left_of("holding", "release", "proc[3].lock.name"), 1u);
    EXPECT_EQ(left_of("holding", "fork", "proc[3].lock.cpu"), 1u);
    EXPECT_EQ(left_of("iput", "ilock", "itable.inode[7].ref"), 0u);
    EXPECT_EQ(left_of("iput", "ilock", "itable.inode[7].valid"), 1u);
    EXPECT_EQ(left_of("wait", "fork", "proc[9].parent"), 0u);
    EXPECT_EQ(left_of("wait", "exit", "proc[9].xstate"), 1u);
}

}  // namespace
}  // namespace stampede
