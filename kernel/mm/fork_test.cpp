// fork's half of copy-on-write, by the policy that is linked; what it gives back when memory runs
// out.
#include <gmock/gmock.h>

#include <vector>

#include "kernel/tests/memory_test.h"

namespace kernel::test {
namespace {

using Kind = host::TranslationEvent::Kind;

constexpr VirtAddr page{0x1000}, text{0x10'0000};

// What holds whatever the policy does.
class Fork : public MemoryTest {
protected:
    // Pages under four tables of leaves and two of tables.
    AddressSpace& new_sparse_space() {
        AddressSpace& space = new_space_with(4);
        for (VirtAddr at : sparse) {
            EXPECT_EQ(outcome(space.map_zeroed(at, at + page_size, read_write)), "ok");
        }
        EXPECT_EQ(outcome(space.map_zeroed(text, text + 2 * page_size, read_execute)), "ok");
        return space;
    }
    static constexpr VirtAddr sparse[] = {
        {0x1f'f000}, {0x20'0000}, {0x4000'0000}, {user_end - page_size}};
};

// What holds where fork shares.
class CowFork : public CopyOnWrite {};

TEST_F(Fork, the_child_sees_the_parents_bytes_as_they_were) {
    AddressSpace& parent = new_sparse_space();
    int value = 1;
    for (VirtAddr at : sparse) {
        EXPECT_EQ(store(parent, at + 0xfff, value++), "ok");
    }
    AddressSpace& child = fork(parent);
    for (VirtAddr at : sparse) {
        EXPECT_EQ(store(parent, at + 0xfff, 99), "ok");
    }
    value = 1;
    for (VirtAddr at : sparse) {
        EXPECT_EQ(load(child, at + 0xfff), value++);
    }
    for (VirtAddr at : sparse) {
        EXPECT_EQ(store(child, at, 55), "ok");
    }
    for (VirtAddr at : sparse) {
        EXPECT_EQ(load(parent, at), 0);
    }
}

TEST_F(Fork, holes_stay_holes) {
    AddressSpace& parent = new_sparse_space();
    parent.unmap(page, page + page_size);
    AddressSpace& child = fork(parent);
    for (VirtAddr hole : {page, VirtAddr{0x4000}, text + 2 * page_size, VirtAddr{0x4000'1000}}) {
        EXPECT_EQ(bits(child, hole), 0u) << hole.value;
        EXPECT_EQ(load(child, hole), -1) << hole.value;
    }
    EXPECT_EQ(load(child, {0x2000}), 0);
}

TEST_F(Fork, parent_and_child_may_end_in_either_order) {
    AddressSpace& parent = new_sparse_space();
    EXPECT_EQ(store(parent, page, 5), "ok");
    AddressSpace& first = fork(parent);
    AddressSpace& second = fork(parent);
    first.destroy();
    EXPECT_TRUE(consistent());
    EXPECT_EQ(load(parent, page), 5);
    parent.destroy();
    EXPECT_TRUE(consistent());
    EXPECT_EQ(load(second, page), 5);
    EXPECT_EQ(store(second, page, 6), "ok");
}

TEST_F(Fork, fork_flushes_the_parent_before_it_returns) {
    AddressSpace& parent = new_space_with(3);
    EXPECT_EQ(store(parent, page, 1), "ok");  // this CPU may write the page from now on
    AddressSpace& child = fork(parent);
    EXPECT_EQ(cpu_.store(page, std::byte{2}).has_value(), true);  // without any switch in between
    EXPECT_EQ(load(child, page), 1);
    EXPECT_EQ(load(parent, page), 2);
}

TEST_F(Fork, unmapping_in_one_leaves_the_other_its_page) {
    AddressSpace& parent = new_space_with(3);
    EXPECT_EQ(store(parent, page, 7), "ok");
    AddressSpace& child = fork(parent);
    parent.unmap({0}, {3 * page_size});
    EXPECT_EQ(load(parent, page), -1);
    EXPECT_EQ(load(child, page), 7);
    EXPECT_EQ(count(child, page), 1u);
}

// The N-th allocation fails, for each N up to what a fork needs. Bytes are not pages, a reference
// without a mapping is none, and a child with holes is no child.
TEST_F(Fork, fork_out_of_memory_gives_everything_back) {
    AddressSpace& parent = new_sparse_space();
    EXPECT_EQ(store(parent, page, 0x42), "ok");
    const std::uint64_t before = policy::frames_in_use();
    AddressSpace& whole = fork(parent);
    const std::uint64_t needed = policy::frames_in_use() - before;
    ASSERT_GE(needed, 7u);  // the child's tables: root, two of tables, four of leaves
    whole.destroy();
    ASSERT_EQ(policy::frames_in_use(), before);

    for (std::uint64_t available = 0; available < needed; ++available) {
        SCOPED_TRACE(available);
        leave_free(available);
        const std::uint64_t in_use = policy::frames_in_use();
        AddressSpace& child = spaces_.emplace_back();
        if (available == 0) {
            EXPECT_EQ(outcome(child.create()), "out_of_memory");
            EXPECT_FALSE(child.exists());
        } else {
            ASSERT_EQ(outcome(child.create()), "ok");
            EXPECT_EQ(outcome(parent.fork_into(child)), "out_of_memory");
            EXPECT_EQ(machine_.free_frames(), 0u);
            EXPECT_TRUE(consistent());  // half a child: every reference counted
            child.destroy();
        }
        EXPECT_EQ(policy::frames_in_use(), in_use);
        EXPECT_TRUE(consistent());
        EXPECT_EQ(load(parent, page), 0x42);
        give_back();
    }
    leave_free(needed);
    AddressSpace& child = fork(parent);  // exactly enough
    EXPECT_EQ(load(child, page), 0x42);
    give_back();
    EXPECT_EQ(store(parent, page, 0x43), "ok");
    EXPECT_EQ(load(child, page), 0x42);
}

TEST_F(Fork, the_parent_goes_on_writing_after_a_fork_that_failed) {
    AddressSpace& parent = new_sparse_space();
    leave_free(5);
    AddressSpace& child = new_space();
    EXPECT_EQ(outcome(parent.fork_into(child)), "out_of_memory");
    child.destroy();
    if (policy::takes_over_last) {
        leave_free(0);
    }
    for (VirtAddr at : sparse) {
        EXPECT_EQ(store(parent, at, 3), "ok");
    }
    for (std::uint64_t at = 0; at < 4 * page_size; at += page_size) {
        EXPECT_EQ(store(parent, {at}, 3), "ok");
    }
}

TEST_F(Fork, generations_of_children_come_and_go) {
    AddressSpace& first = new_space_with(8);
    std::vector<AddressSpace*> living{&first};
    std::uint32_t random = 12345;
    auto below = [&](std::size_t limit) {
        return ((random = random * 1664525 + 1013904223) >> 8) % limit;
    };
    for (int step = 0; step < 300; ++step) {
        AddressSpace& one = *living[below(living.size())];
        const VirtAddr at{below(8) * page_size};
        switch (below(4)) {
        case 0:
            if (machine_.free_frames() > 30) {
                living.push_back(&fork(one));
            }
            break;
        case 1:
            if (living.size() > 1) {
                one.destroy(), std::erase(living, &one);
            }
            break;
        default: EXPECT_NE(store(one, at, step & 0xff), "bad_address"); break;
        }
    }
    EXPECT_TRUE(consistent());
}

TEST_F(CowFork, fork_shares_every_frame_and_counts_it) {
    AddressSpace& parent = new_space_with(4);
    EXPECT_EQ(outcome(parent.map_zeroed(text, text + page_size, read_execute)), "ok");
    AddressSpace& child = fork(parent);
    for (VirtAddr at : {VirtAddr{0}, page, VirtAddr{0x3000}, text}) {
        EXPECT_EQ(&frame_of(child, at), &frame_of(parent, at));
        EXPECT_EQ(count(parent, at), 2u);
    }
    AddressSpace& grandchild = fork(child);
    EXPECT_EQ(&frame_of(grandchild, page), &frame_of(parent, page));
    EXPECT_EQ(count(parent, page), 3u);
}

TEST_F(CowFork, fork_takes_w_from_parent_and_child_and_marks_both) {
    AddressSpace& parent = new_space_with(2);
    EXPECT_EQ(bits(parent, page) & 0x3ff, 0xd7u);  // V R W U A D
    AddressSpace& child = fork(parent);
    EXPECT_EQ(bits(parent, page) & 0x3ff, 0x1d3u);  // V R U A D and the marker
    EXPECT_EQ(bits(child, page), bits(parent, page));
}

TEST_F(CowFork, fork_leaves_read_only_pages_unmarked) {
    AddressSpace& parent = new_space();
    EXPECT_EQ(outcome(parent.map_zeroed(text, text + page_size, read_execute)), "ok");
    const std::uint64_t before = bits(parent, text);
    AddressSpace& child = fork(parent);
    EXPECT_EQ(bits(parent, text), before);
    EXPECT_EQ(bits(child, text), before);
    EXPECT_EQ(before & 0x3ff, 0xdbu);  // V R X U A D
}

TEST_F(CowFork, a_marked_page_stays_marked_through_further_forks) {
    AddressSpace& parent = new_space_with(2);
    AddressSpace& child = fork(parent);
    const std::uint64_t marked = bits(child, page);
    AddressSpace& grandchild = fork(child);
    EXPECT_EQ(bits(child, page), marked);
    EXPECT_EQ(bits(grandchild, page), marked);
    EXPECT_EQ(store(grandchild, page, 1), "ok");
    EXPECT_EQ(count(parent, page), 2u);
}

TEST_F(CowFork, fork_needs_no_frames_but_tables) {
    AddressSpace& parent = new_space_with(100);
    const std::uint64_t before = policy::frames_in_use();
    fork(parent);
    EXPECT_EQ(policy::frames_in_use(), before + 3);
}

TEST_F(CowFork, few_changed_pages_are_flushed_one_by_one_and_many_as_a_space) {
    AddressSpace& few = new_space_with(2);
    few.activate();
    {
        host::RecordedTranslations recorded;
        fork(few);
        EXPECT_THAT(recorded.events(),
                    testing::UnorderedElementsAre(flush_of(few, {0}), flush_of(few, page)));
    }
    if (policy::flushes_each_change) {
        return;
    }
    AddressSpace& many = new_space_with(40);
    many.activate();
    host::RecordedTranslations recorded;
    fork(many);
    EXPECT_THAT(recorded.events(), testing::ElementsAre(host::TranslationEvent{
                                       Kind::flush_space, {}, many.asid(), {}}));
}

TEST_F(CowFork, count_at_its_limit_makes_fork_copy) {
    AddressSpace& parent = new_space_with(2);
    EXPECT_EQ(outcome(parent.map_zeroed(text, text + page_size, read_execute)), "ok");
    EXPECT_EQ(store(parent, page, 0x21), "ok");
    fork(parent);
    while (hold(frame_of(parent, page))) {
    }
    while (hold(frame_of(parent, text))) {
    }
    ASSERT_EQ(count(parent, page), policy::count_limit);
    const std::uint64_t parents_entry = bits(parent, page), parents_text = bits(parent, text);

    AddressSpace& child = fork(parent);
    EXPECT_NE(&frame_of(child, page), &frame_of(parent, page));
    EXPECT_EQ(bits(child, page) & 0x3ff, 0xd7u);  // its own: writable, not marked
    EXPECT_EQ(count(child, page), 1u);
    EXPECT_EQ(load(child, page), 0x21);
    EXPECT_NE(&frame_of(child, text), &frame_of(parent, text));
    EXPECT_EQ(store(child, text, 1), "bad_address");  // a copy of a read-only page is read-only
    EXPECT_EQ(bits(parent, page), parents_entry);
    EXPECT_EQ(bits(parent, text), parents_text);
    EXPECT_EQ(count(parent, page), policy::count_limit);
    EXPECT_EQ(&frame_of(child, {0}), &frame_of(parent, {0}));  // the others are shared as ever
}

TEST_F(CowFork, more_sharers_than_a_byte_can_count_are_counted) {
    if (policy::count_limit < 302) {
        GTEST_SKIP() << policy::name << " counts up to " << policy::count_limit;
    }
    AddressSpace& parent = new_space_with(1);
    AddressSpace& child = fork(parent);
    for (int i = 0; i < 300; ++i) {
        ASSERT_TRUE(hold(frame_of(parent, {0})));
    }
    EXPECT_EQ(count(parent, {0}), 302u);
    EXPECT_EQ(store(child, {0}, 1), "ok");
    EXPECT_EQ(load(parent, {0}), 0);
}

TEST_F(Fork, a_policy_that_does_not_share_copies_every_page) {
    if (policy::shares_on_fork) {
        GTEST_SKIP() << policy::name << " shares";
    }
    AddressSpace& parent = new_space_with(2);
    EXPECT_EQ(outcome(parent.map_zeroed(text, text + page_size, read_execute)), "ok");
    EXPECT_EQ(store(parent, page, 9), "ok");
    const std::uint64_t before = bits(parent, page);
    AddressSpace& child = fork(parent);
    EXPECT_EQ(bits(parent, page), before);
    for (VirtAddr at : {VirtAddr{0}, page, text}) {
        EXPECT_NE(&frame_of(child, at), &frame_of(parent, at));
        EXPECT_EQ(bits(child, at) & 0x3ff, bits(parent, at) & 0x3ff);
        EXPECT_EQ(count(parent, at), 1u);
    }
    EXPECT_EQ(load(child, page), 9);
}

}  // namespace
}  // namespace kernel::test
