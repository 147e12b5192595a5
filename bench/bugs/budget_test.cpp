#include "bench/bugs/budget.h"

#include <gtest/gtest.h>

namespace stampede::bench {
namespace {

TEST(Budget, is_spent_by_cpu_time_and_never_overdrawn) {
    Budget budget(10);
    budget.spend(6);
    EXPECT_DOUBLE_EQ(budget.left(), 4);
    EXPECT_FALSE(budget.is_spent());
    budget.spend(5);
    EXPECT_DOUBLE_EQ(budget.left(), 0);
    EXPECT_DOUBLE_EQ(budget.used(), 11);
    EXPECT_TRUE(budget.is_spent());
}

TEST(Budget, runs_grow_and_shrink_towards_a_twentieth_of_it) {
    const Budget budget(60);
    EXPECT_EQ(budget.operations_after(100, 3), 100u);
    EXPECT_EQ(budget.operations_after(100, 1.5), 200u);
    EXPECT_EQ(budget.operations_after(100, 6), 50u);
    EXPECT_EQ(budget.operations_after(100, 0), 400u) << "at most four times at once";
    EXPECT_EQ(budget.operations_after(100, 1000), 25u);
    EXPECT_EQ(budget.operations_after(1, 1000), 1u);
}

}  // namespace
}  // namespace stampede::bench
