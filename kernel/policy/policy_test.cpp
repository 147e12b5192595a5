// What every frame policy promises (policy.h); built once for each policy.
#include "kernel/policy/policy.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <vector>

#include "kernel/frames/allocation_failure.h"
#include "kernel/frames/stats.h"
#include "kernel/tests/consistency.h"
#include "kernel/tests/machine.h"

namespace kernel::test {
namespace {

class Policy : public testing::Test {
protected:
    void TearDown() override {
        policy::settle();
        EXPECT_THAT(violations({}, references), testing::IsEmpty());
        for (auto [address, number] : references) {
            for (std::uint32_t i = 1; i <= number; ++i) {
                EXPECT_EQ(policy::drop(frame_at(address)), i == number);
            }
        }
        policy::settle();
        EXPECT_THAT(violations({}), testing::IsEmpty());
        EXPECT_EQ(policy::frames_in_use(), 0u);
    }

    Frame* allocate(FrameOwner owner = FrameOwner::user) {
        Frame* frame = policy::allocate(owner);
        if (frame) {
            references[address_of(*frame)] = 1;
        }
        return frame;
    }
    bool share(Frame& frame) {
        bool shared = policy::share(frame);
        if (shared) {
            ++references[address_of(frame)];
        }
        return shared;
    }
    bool drop(Frame& frame) {
        if (--references[address_of(frame)] == 0) {
            references.erase(address_of(frame));
        }
        return policy::drop(frame);
    }
    void use_up() {
        while (allocate()) {
        }
    }

    Machine machine{64};
    KernelReferences references;
};

// What a policy that never shares cannot show.
class SharingPolicy : public Policy {
protected:
    void SetUp() override {
        if (!policy::shares_on_fork) {
            GTEST_SKIP() << policy::name << " shares nothing";
        }
    }
};

TEST_F(Policy, every_frame_is_given_out_once_with_one_reference) {
    std::set<Frame*> seen;
    while (Frame* frame = allocate()) {
        EXPECT_TRUE(seen.insert(frame).second);
        EXPECT_EQ(policy::count(*frame), 1u);
        EXPECT_TRUE(is_frame(address_of(*frame)));
    }
    EXPECT_EQ(seen.size(), frame_range().frame_count);
    EXPECT_EQ(policy::frames_in_use(), frame_range().frame_count);
    EXPECT_EQ(allocate(), nullptr);  // and again, nothing
}

TEST_F(Policy, a_frame_belongs_to_whom_it_was_allocated_for) {
    EXPECT_EQ(owner_of(*allocate(FrameOwner::page_table)), FrameOwner::page_table);
    Frame& frame = *allocate(FrameOwner::pipe);
    EXPECT_EQ(owner_of(frame), FrameOwner::pipe);
    EXPECT_TRUE(drop(frame));
    EXPECT_EQ(owner_of(frame), FrameOwner::free);
}

TEST_F(Policy, a_dropped_frame_can_be_had_again) {
    use_up();
    Frame& frame = frame_at(references.begin()->first);
    EXPECT_TRUE(drop(frame));
    EXPECT_EQ(policy::count(frame), 0u);
    policy::settle();
    EXPECT_EQ(allocate(), &frame);
    EXPECT_EQ(allocate(), nullptr);
}

TEST_F(Policy, frames_in_use_and_the_most_ever_are_counted) {
    statistics.common.frames_peak = 0;  // of the tests before
    Frame& first = *allocate();
    Frame& second = *allocate();
    policy::settle();  // a policy may look at the number only now and then
    const std::uint64_t peak = sum_of(&Statistics::frames_peak);
    EXPECT_EQ(peak, 2u);
    EXPECT_EQ(policy::frames_in_use(), 2u);
    drop(first);
    drop(second);
    EXPECT_EQ(policy::frames_in_use(), 0u);
    EXPECT_EQ(sum_of(&Statistics::frames_in_use), 0u);
    EXPECT_EQ(sum_of(&Statistics::frames_peak), peak);
}

TEST_F(Policy, memory_is_not_touched_before_it_is_given_out) {
    for (int i = 0; i < 10; ++i) {
        allocate();
    }
    const std::byte* frames = arch::direct_map(frame_range().first);
    const std::byte* end = frames + frame_range().frame_count * page_size;
    EXPECT_TRUE(std::all_of(frames, end, [](std::byte value) { return value == std::byte{0}; }));
}

TEST_F(Policy, a_frame_of_ones_own_is_taken_over_or_copied_as_the_policy_says) {
    Frame& frame = *allocate();
    auto unique = policy::make_unique(frame);
    ASSERT_TRUE(unique.has_value());
    EXPECT_EQ(*unique == &frame, policy::takes_over_last);
    EXPECT_EQ(policy::count(**unique), 1u);
    references[address_of(**unique)] = 1;
}

TEST_F(Policy, sharing_ends_at_the_limit_and_a_refusal_changes_nothing) {
    Frame& frame = *allocate();
    while (share(frame)) {
    }
    EXPECT_EQ(policy::count(frame), policy::count_limit);
    EXPECT_FALSE(share(frame));
    EXPECT_EQ(policy::count(frame), policy::count_limit);
    if (policy::count_limit == 1) {
        return;
    }
    EXPECT_FALSE(drop(frame));
    EXPECT_TRUE(share(frame));
}

TEST_F(Policy, the_allocation_that_is_to_fail_does_and_those_around_it_do_not) {
    fail_allocation(3);
    EXPECT_NE(allocate(), nullptr);
    EXPECT_NE(allocate(), nullptr);
    EXPECT_EQ(allocate(), nullptr);
    EXPECT_NE(allocate(), nullptr);
    EXPECT_EQ(policy::frames_in_use(), 3u);
}

TEST_F(Policy, what_it_describes_is_what_it_has) {
    stampede::abi::AuditTable table{};
    policy::describe(table);
    EXPECT_GE(table.count_arrays, 1u);
    EXPECT_LE(table.count_arrays, stampede::abi::AuditTable::max_count_arrays);
    EXPECT_GE(table.free_lists, 1u);
    EXPECT_LE(table.free_lists, stampede::abi::AuditTable::max_free_lists);
    EXPECT_LE(table.free_link_offset, page_size - 8);
    for (int i = 0; i < 20; ++i) {
        allocate();
    }
    for (int i = 0; i < 7; ++i) {
        drop(frame_at(references.begin()->first));
    }
    policy::settle();
    // walks exactly what was described
    EXPECT_THAT(violations({}, references), testing::IsEmpty());
}

TEST_F(Policy, init_begins_anew) {
    use_up();
    references.clear();
    policy::init(frame_range());
    EXPECT_EQ(policy::frames_in_use(), 0u);
    EXPECT_NE(allocate(), nullptr);
}

TEST_F(SharingPolicy, the_last_of_several_references_frees_the_frame_never_before) {
    Frame& frame = *allocate();
    for (std::uint32_t i = 2; i <= 5; ++i) {
        EXPECT_TRUE(share(frame));
        EXPECT_EQ(policy::count(frame), i);
    }
    for (int i = 4; i > 0; --i) {
        EXPECT_FALSE(drop(frame));
        EXPECT_EQ(policy::frames_in_use(), 1u);
    }
    EXPECT_TRUE(drop(frame));
    EXPECT_EQ(policy::frames_in_use(), 0u);
}

TEST_F(SharingPolicy, a_shared_frame_is_copied_and_keeps_the_callers_reference) {
    Frame& frame = *allocate();
    for (std::uint64_t i = 0; i < page_size; ++i) {
        bytes_of(frame)[i] = std::byte(i * 11);
    }
    EXPECT_TRUE(share(frame));
    auto copy = policy::make_unique(frame);
    ASSERT_TRUE(copy.has_value());
    references[address_of(**copy)] = 1;
    EXPECT_NE(*copy, &frame);
    EXPECT_EQ(policy::count(**copy), 1u);
    EXPECT_EQ(policy::count(frame), 2u);
    EXPECT_EQ(owner_of(**copy), FrameOwner::user);
    EXPECT_TRUE(std::equal(bytes_of(frame), bytes_of(frame) + page_size, bytes_of(**copy)));
    EXPECT_FALSE(drop(frame));
}

TEST_F(SharingPolicy, a_copy_whose_allocation_is_to_fail_changes_nothing) {
    Frame& frame = *allocate();
    EXPECT_TRUE(share(frame));
    fail_allocation(1);
    EXPECT_FALSE(policy::make_unique(frame).has_value());
    EXPECT_EQ(policy::count(frame), 2u);
}

TEST_F(SharingPolicy, without_memory_for_the_copy_nothing_changes) {
    Frame& frame = *allocate();
    EXPECT_TRUE(share(frame));
    use_up();
    for (int again = 0; again < 3; ++again) {
        EXPECT_FALSE(policy::make_unique(frame).has_value());
        EXPECT_EQ(policy::count(frame), 2u);
        EXPECT_EQ(policy::frames_in_use(), frame_range().frame_count);
    }
    drop(frame);
    if (policy::takes_over_last) {
        EXPECT_EQ(policy::make_unique(frame).value(), &frame);
    }
}

using PolicyDeathTest = Policy;

TEST_F(PolicyDeathTest, dropping_what_is_free_panics) {
    Frame& frame = *allocate();
    drop(frame);
    EXPECT_DEATH(policy::drop(frame), "panic: ");
}

TEST_F(PolicyDeathTest, a_free_frame_can_be_neither_shared_nor_made_unique) {
    Frame& frame = *allocate();
    drop(frame);
    if (policy::shares_on_fork) {
        EXPECT_DEATH(static_cast<void>(policy::share(frame)), "panic: ");
    }
    EXPECT_DEATH(static_cast<void>(policy::make_unique(frame)), "panic: ");
}

}  // namespace
}  // namespace kernel::test
