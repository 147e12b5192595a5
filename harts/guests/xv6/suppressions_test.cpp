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

std::size_t left_of_cycle(const char* inode_taker, std::string table, std::string process_lock) {
    Finding finding;
    finding.kind = FindingKind::lock_order;
    const auto takes = [&](std::string lock, const char* taker) {
        FindingStack stack;
        stack.address = std::move(lock);
        stack.frames = {{"acquire", "a.c", 1, 0x1000}, {taker, "a.c", 2, 0x2000}};
        finding.stacks.push_back(std::move(stack));
    };
    takes(table + ".lock.locked", "idup");
    takes(table + ".inode[2].lock.lk.locked", inode_taker);
    takes(std::move(process_lock), "wakeup");
    std::map<std::string, u64> suppressed;
    return xv6_suppressions().apply({finding}, suppressed).size();
}

TEST(Xv6Suppressions, hold_back_the_lock_of_an_inode_that_nobody_else_has) {
    EXPECT_EQ(left_of_cycle("iput", "itable", "proc[5].lock.locked"), 0u);
    EXPECT_EQ(left_of_cycle("iput", "icache", "proc[5].lock.locked"), 0u);
    EXPECT_EQ(left_of_cycle("iget", "itable", "proc[5].lock.locked"), 1u);
    EXPECT_EQ(left_of_cycle("iput", "itable", "tickslock.locked"), 1u);
}

}  // namespace
}  // namespace stampede
