// Address spaces: mapping, unmapping, what they cost and give back.
#include "kernel/mm/space.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "kernel/tests/memory_test.h"

namespace kernel::test {
namespace {

using Kind = host::TranslationEvent::Kind;

class Space : public MemoryTest {};

TEST_F(Space, a_new_one_has_a_root_table_and_nothing_in_it) {
    AddressSpace& space = new_space();
    EXPECT_EQ(policy::frames_in_use(), 1u);
    EXPECT_EQ(owner_of(frame_at(space.root())), FrameOwner::page_table);
    const std::byte* table = arch::direct_map(space.root());
    EXPECT_TRUE(std::all_of(table, table + page_size,
                            [](std::byte value) { return value == std::byte{0}; }));
}

TEST_F(Space, without_memory_none_is_made) {
    leave_free(0);
    AddressSpace& space = spaces_.emplace_back();
    EXPECT_EQ(outcome(space.create()), "out_of_memory");
    EXPECT_FALSE(space.exists());
    space.destroy();  // nothing to do
}

TEST_F(Space, mapped_pages_are_zeroed_even_on_frames_that_were_used_before) {
    leave_free(0);
    for (auto [frame, references] : held_) {
        std::fill_n(arch::direct_map(frame), page_size, std::byte{0xaa});
    }
    give_back();
    AddressSpace& space = new_space_with(20);
    for (std::uint64_t at = 0; at < 20 * page_size; at += 509) {
        ASSERT_EQ(load(space, {at}), 0) << at;
    }
}

TEST_F(Space, entries_carry_the_permissions_asked_for_and_never_the_global_bit) {
    AddressSpace& space = new_space_with(1);
    EXPECT_EQ(outcome(space.map_zeroed({0x1000}, {0x2000}, read_execute)), "ok");
    EXPECT_EQ(outcome(space.map_zeroed({0x2000}, {0x3000}, Pte::read)), "ok");
    EXPECT_EQ(bits(space, {0}) & 0x3ff, 0xd7u);       // V R W U A D
    EXPECT_EQ(bits(space, {0x1000}) & 0x3ff, 0xdbu);  // V R X U A D
    EXPECT_EQ(bits(space, {0x2000}) & 0x3ff, 0xd3u);  // V R U A D
}

TEST_F(Space, pages_at_the_ends_of_tables_and_of_the_user_half_can_be_mapped) {
    AddressSpace& space = new_space();
    for (VirtAddr at : {VirtAddr{0}, VirtAddr{0x1f'f000}, VirtAddr{0x3fff'f000},
                        VirtAddr{user_end - page_size}}) {
        EXPECT_EQ(outcome(space.map_zeroed(at, at + page_size, read_write)), "ok");
        EXPECT_EQ(store(space, at + 0xfff, 1), "ok");
    }
    // across three tables' end
    EXPECT_EQ(outcome(space.map_zeroed({0x7fff'f000}, {0x8000'1000}, read_write)), "ok");
    EXPECT_EQ(store(space, {0x7fff'ffff}, 1), "ok");
    EXPECT_EQ(store(space, {0x8000'0000}, 2), "ok");
    EXPECT_TRUE(consistent());
}

TEST_F(Space, mapping_out_of_memory_leaves_nothing_mapped) {
    constexpr VirtAddr begin{0x1f'e000}, end{0x20'4000};  // six pages under two tables
    AddressSpace& space = new_space();
    constexpr std::uint64_t needed = 6 + 3;
    for (std::uint64_t available = 0; available < needed; ++available) {
        SCOPED_TRACE(available);
        leave_free(available);
        EXPECT_EQ(outcome(space.map_zeroed(begin, end, read_write)), "out_of_memory");
        for (VirtAddr at = begin; at < end; at += page_size) {
            EXPECT_EQ(bits(space, at), 0u);
        }
        EXPECT_TRUE(consistent());
        space.destroy();
        EXPECT_EQ(outcome(space.create()), "ok");
        give_back();
        EXPECT_EQ(policy::frames_in_use(), 1u);
    }
    leave_free(needed);
    EXPECT_EQ(outcome(space.map_zeroed(begin, end, read_write)), "ok");
}

TEST_F(Space, unmapping_gives_the_frames_back_and_leaves_the_neighbours) {
    AddressSpace& space = new_space_with(6);
    const std::uint64_t in_use = policy::frames_in_use();
    EXPECT_EQ(store(space, {0x2000}, 1), "ok");
    space.unmap({0x2000}, {0x4000});
    EXPECT_EQ(policy::frames_in_use(), in_use - 2);
    EXPECT_EQ(cpu_.load({0x2000}).has_value(), false);  // the translation went, too
    EXPECT_EQ(load(space, {0x1000}), 0);
    EXPECT_EQ(load(space, {0x4000}), 0);
    space.unmap({0x2000}, {0x4000});  // holes are nothing to unmap
    EXPECT_EQ(policy::frames_in_use(), in_use - 2);
}

TEST_F(Space, unmapping_everything_skips_what_was_never_there) {
    AddressSpace& space = new_space();
    for (VirtAddr at : {VirtAddr{0x5000}, VirtAddr{0x4000'0000}, VirtAddr{user_end - page_size}}) {
        EXPECT_EQ(outcome(space.map_zeroed(at, at + page_size, read_write)), "ok");
    }
    const std::uint64_t in_use = policy::frames_in_use();
    space.unmap({0}, {user_end});
    EXPECT_EQ(policy::frames_in_use(), in_use - 3);
}

TEST_F(Space, unmapped_pages_can_be_mapped_again) {
    AddressSpace& space = new_space_with(2);
    EXPECT_EQ(store(space, {0x1000}, 7), "ok");
    space.unmap({0x1000}, {0x2000});
    EXPECT_EQ(outcome(space.map_zeroed({0x1000}, {0x2000}, read_write)), "ok");
    EXPECT_EQ(load(space, {0x1000}), 0);
}

TEST_F(Space, a_refusal_seen_before_the_page_was_mapped_is_forgotten) {
    AddressSpace& space = new_space_with(1);
    EXPECT_EQ(load(space, {0x1000}), -1);
    EXPECT_EQ(outcome(space.map_zeroed({0x1000}, {0x2000}, read_write)), "ok");
    EXPECT_EQ(cpu_.load({0x1000}).has_value(), true);
}

TEST_F(Space, destroying_gives_every_frame_back_and_twice_is_once) {
    AddressSpace& space = new_space_with(9);
    EXPECT_EQ(outcome(space.map_zeroed({user_end - page_size}, {user_end}, read_write)), "ok");
    space.destroy();
    EXPECT_EQ(policy::frames_in_use(), 0u);
    EXPECT_FALSE(space.exists());
    space.destroy();
    EXPECT_EQ(policy::frames_in_use(), 0u);
}

TEST_F(Space, taking_over_moves_the_mappings) {
    AddressSpace& made = new_space_with(2);
    EXPECT_EQ(store(made, {0x1000}, 3), "ok");
    AddressSpace& heir = spaces_.emplace_back();
    heir.take(made);
    EXPECT_FALSE(made.exists());
    EXPECT_EQ(load(heir, {0x1000}), 3);
    heir.destroy();
    EXPECT_EQ(policy::frames_in_use(), 0u);
}

TEST_F(Space, the_kernel_fills_a_page_through_its_bytes) {
    AddressSpace& space = new_space_with(1);
    space.page_bytes({0x7})[5] = std::byte{6};  // any address of the page names it
    EXPECT_EQ(load(space, {5}), 6);
    EXPECT_EQ(space.page_bytes({0x1000}), nullptr);
    EXPECT_EQ(space.page_bytes({user_end}), nullptr);
}

TEST_F(Space, a_space_that_never_ran_needs_no_flush) {
    host::RecordedTranslations recorded;
    AddressSpace& space = new_space_with(3);
    space.unmap({0}, {0x1000});
    EXPECT_THAT(recorded.events(), testing::IsEmpty());
}

TEST_F(Space, mapping_pages_flushes_each_for_a_space_that_ran) {
    AddressSpace& space = new_space_with(1);
    space.activate();
    host::RecordedTranslations recorded;
    EXPECT_EQ(outcome(space.map_zeroed({0x1000}, {0x3000}, read_write)), "ok");
    EXPECT_THAT(recorded.events(), testing::UnorderedElementsAre(flush_of(space, {0x1000}),
                                                                 flush_of(space, {0x2000})));
}

TEST_F(Space, unmapping_many_pages_flushes_before_any_of_their_frames_is_free) {
    AddressSpace& space = new_space_with(50);
    space.activate();
    // Frames freed while a page already unmapped could still be translated.
    struct Watch final : host::TranslationListener {
        void hear(const host::TranslationEvent& event) override {
            if (event.kind == Kind::flush_page) {
                ++flushed;
            }
            if (event.kind == Kind::flush_space) {
                flushed = 50;
            }
            if (before - policy::frames_in_use() > static_cast<std::uint64_t>(flushed)) {
                ++too_early;
            }
        }
        std::uint64_t before = policy::frames_in_use();
        int flushed = 0, too_early = 0;
    } watch;
    space.unmap({0}, {50 * page_size});
    EXPECT_EQ(watch.flushed, 50);
    EXPECT_EQ(watch.too_early, 0);
    EXPECT_EQ(watch.before - policy::frames_in_use(), 50u);
}

}  // namespace
}  // namespace kernel::test
