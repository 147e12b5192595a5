// What `stress --race` says of locks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stress/tests/child.h"

namespace stampede {
namespace {

using testing::AnyOf;
using testing::ContainsRegex;
using testing::HasSubstr;

ChildResult two_locks(const std::string& policy) {
    return run_child({STAMPEDE_STRESS, "--race", "--cpus", "2", "--schedule", "random", "--seed",
                      "1", "--ops", "400", "--policy", policy, "forkbomb"});
}

TEST(RaceCommand, harts_that_wait_for_each_other_are_a_deadlock_that_says_who_waits_for_whom) {
    const ChildResult run = two_locks("seeded_bug_lock_inversion");
    EXPECT_EQ(run.status, 2) << run.err;
    EXPECT_THAT(run.out, HasSubstr("deadlock: harts wait for each other's locks\n"));
    const std::string policy = "kernel::policy::.*";
    const auto ring = [&](const std::string& first, const std::string& second) {
        return ContainsRegex("hart 0 waits for " + policy + first +
                             ", which hart 1 holds\nhart 1 waits for " + policy + second +
                             ", which hart 0 holds\n");
    };
    EXPECT_THAT(run.out, AnyOf(ring("counts_lock.word_", "kmem_frames.lock.word_"),
                               ring("kmem_frames.lock.word_", "counts_lock.word_")));
    EXPECT_THAT(run.out, HasSubstr("lock_order: locks taken in opposite orders: "));
}

TEST(RaceCommand, locks_taken_in_one_order_are_none) {
    const ChildResult run = two_locks("kmem");
    EXPECT_EQ(run.status, 0) << run.out << run.err;
}

}  // namespace
}  // namespace stampede
