// Real kernels, in small windows.
#include "bench/scalability/measurement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/scalability/commutativity.h"
#include "bench/scalability/results.h"

namespace stampede::bench {
namespace {

constexpr u64 window = 500'000;

Measurement measured(const Point& point, const CacheCosts& costs = {}) {
    const auto result = measure(point, window, costs);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : Measurement{};
}

TEST(Measurement, one_hart_spends_a_cycle_an_instruction) {
    const Measurement one = measured({"kmem", "getpid", 1});
    EXPECT_GT(one.operations, 100u);
    EXPECT_NEAR(static_cast<double>(one.instructions), static_cast<double>(one.cycles),
                0.1 * window);
    EXPECT_EQ(one.stalled, 0);
    EXPECT_EQ(one.waited, 0);
}

TEST(Measurement, the_same_point_twice_is_the_same_to_the_digit) {
    const Point point{"kmem", "cow_fault", 4};
    Results first, second;
    first.curves = curves_of({measured(point)});
    second.curves = curves_of({measured(point)});
    EXPECT_EQ(to_json(first), to_json(second));
}

TEST(Measurement, a_lock_that_all_want_is_waited_for_and_named) {
    const Measurement eight = measured({"kmem", "cow_fault", 8});
    EXPECT_GT(eight.waited, 0.2);
    ASSERT_FALSE(eight.locks.empty());
    EXPECT_THAT(eight.locks[0].name, testing::HasSubstr("frames"));
    EXPECT_GT(eight.stalled, 0.2);
    const Measurement free =
        measured({"kmem", "cow_fault", 8},
                 {.load_shared = 0, .load_exclusive = 0, .store = 0, .upgrade = 0, .atomic = 0});
    EXPECT_LT(free.stalled, 0.1)
        << "lines that cost nothing are waited for only as far as harts are ahead of each other";
    EXPECT_GT(free.per_second, eight.per_second);
}

TEST(Measurement, what_does_not_share_grows_with_harts) {
    const double one = measured({"kmem", "getpid", 1}).per_second,
                 four = measured({"kmem", "getpid", 4}).per_second;
    EXPECT_NEAR(four / one, 4, 0.1);
}

TEST(Measurement, what_is_not_there_is_an_error_with_its_name) {
    const auto no_kernel = measure({"no_such_kernel", "getpid", 1}, window, {});
    ASSERT_FALSE(no_kernel);
    EXPECT_THAT(no_kernel.error().message, testing::HasSubstr("no_such_kernel"));
    const auto no_program = measure({"kmem", "no_such_program", 2}, window, {});
    ASSERT_FALSE(no_program);
    EXPECT_THAT(no_program.error().message, testing::AllOf(testing::HasSubstr("no_such_program"),
                                                           testing::HasSubstr("the guest ended")));
}

TEST(Commutativity,
     one_lock_for_all_frames_makes_faults_conflict_and_a_list_for_each_hart_does_not) {
    const auto pair = [](const CommutativityOfPolicy& policy, const std::string& first,
                         const std::string& second) {
        const auto found = std::ranges::find_if(policy.pairs, [&](const CommutingPair& one) {
            return one.first == first && one.second == second;
        });
        return found == policy.pairs.end() ? CommutingPair{} : *found;
    };
    const auto kmem = commutativity_of("kmem"), per_hart = commutativity_of("per_hart");
    ASSERT_TRUE(kmem && per_hart);
    EXPECT_EQ(kmem->pairs.size(), 91u);
    EXPECT_THAT(pair(*kmem, "fault", "fault").conflicts,
                testing::Contains(testing::HasSubstr("policy::kmem_frames")));
    EXPECT_EQ(pair(*kmem, "getpid", "getpid").lines, 0u);
    EXPECT_EQ(pair(*per_hart, "fault", "fault").lines, 0u);
    EXPECT_GT(per_hart->free_of_conflict(), kmem->free_of_conflict());
}

}  // namespace
}  // namespace stampede::bench
