// Page faults: what copy-on-write does, what is refused, and what must not change on the way.
#include <gmock/gmock.h>

#include <array>
#include <functional>

#include "kernel/frames/stats.h"
#include "kernel/tests/memory_test.h"

namespace kernel::test {
namespace {

constexpr VirtAddr page{0x1000}, text{0x10'0000}, constant{0x10'1000};

class Fault : public MemoryTest {
protected:
    AddressSpace& new_program() {
        AddressSpace& space = new_space_with(3);
        EXPECT_EQ(outcome(space.map_zeroed(text, text + page_size, read_execute)), "ok");
        EXPECT_EQ(outcome(space.map_zeroed(constant, constant + page_size, Pte::read)), "ok");
        return space;
    }
};

class CowFault : public CopyOnWrite {
protected:
    void SetUp() override {
        CopyOnWrite::SetUp();
        parent = &new_space_with(3);
        for (std::uint64_t i = 0; i < page_size; ++i) {
            parent->page_bytes(page)[i] = std::byte(i * 7);
        }
        child = &fork(*parent);
    }
    static bool holds_pattern(AddressSpace& space) {
        for (std::uint64_t i = 1; i < page_size; ++i) {
            if (space.page_bytes(page)[i] != std::byte(i * 7)) {
                return false;
            }
        }
        return true;
    }

    AddressSpace* parent;
    AddressSpace* child;
};

TEST_F(CowFault, cow_fault_on_a_shared_frame_copies_it_and_leaves_the_original) {
    Frame& original = frame_of(*parent, page);
    const std::uint64_t parents_entry = bits(*parent, page);
    EXPECT_EQ(store(*child, page, 0x55), "ok");
    EXPECT_NE(&frame_of(*child, page), &original);
    EXPECT_EQ(bits(*parent, page), parents_entry);
    EXPECT_EQ(policy::count(original), 1u);
    EXPECT_EQ(count(*child, page), 1u);
    EXPECT_TRUE(holds_pattern(*parent));
    EXPECT_TRUE(holds_pattern(*child));
    EXPECT_EQ(load(*parent, page), 0);
    EXPECT_EQ(load(*child, page), 0x55);
}

TEST_F(CowFault, cow_fault_of_the_parent_copies_as_well) {
    Frame& original = frame_of(*parent, page);
    EXPECT_EQ(store(*parent, page, 0x66), "ok");
    EXPECT_EQ(&frame_of(*child, page), &original);
    EXPECT_NE(&frame_of(*parent, page), &original);
    EXPECT_EQ(load(*child, page), 0);
    EXPECT_TRUE(holds_pattern(*child));
}

TEST_F(CowFault, cow_fault_on_the_last_reference_takes_the_frame_over) {
    if (!policy::takes_over_last) {
        GTEST_SKIP() << policy::name << " always copies";
    }
    Frame& original = frame_of(*parent, page);
    child->destroy();
    const std::uint64_t in_use = policy::frames_in_use();
    EXPECT_EQ(store(*parent, page, 1), "ok");
    EXPECT_EQ(&frame_of(*parent, page), &original);
    EXPECT_EQ(policy::frames_in_use(), in_use);
    EXPECT_TRUE(entry(*parent, page).has(Pte::write));
    EXPECT_FALSE(entry(*parent, page).has(Pte::marker));
}

TEST_F(CowFault, once_one_sharer_copied_the_other_is_the_last) {
    EXPECT_EQ(store(*child, page, 1), "ok");
    const std::uint64_t in_use = policy::frames_in_use();
    EXPECT_EQ(store(*parent, page, 2), "ok");
    // taken over, or copied and the original given back
    EXPECT_EQ(policy::frames_in_use(), in_use);
    EXPECT_EQ(load(*child, page), 1);
    EXPECT_EQ(load(*parent, page), 2);
}

TEST_F(CowFault, a_page_made_unique_is_writable_and_no_longer_marked) {
    EXPECT_EQ(store(*child, page, 1), "ok");
    EXPECT_TRUE(entry(*child, page).has(Pte::write));
    EXPECT_FALSE(entry(*child, page).has(Pte::marker));
    EXPECT_FALSE(entry(*child, page).has(Pte::execute));
}

TEST_F(CowFault, a_copy_has_the_permissions_of_the_page_and_no_more) {
    constexpr VirtAddr self_modifying{0x20'0000};
    AddressSpace& other = new_space();
    EXPECT_EQ(outcome(other.map_zeroed(self_modifying, self_modifying + page_size,
                                       read_write | Pte::execute)),
              "ok");
    AddressSpace& others_child = fork(other);
    EXPECT_EQ(store(others_child, self_modifying, 1), "ok");
    EXPECT_EQ(fetch(others_child, self_modifying), "ok");
    EXPECT_EQ(fetch(*child, page), "bad_address");
    EXPECT_EQ(bits(others_child, self_modifying) & 0x3ff, 0xdfu);  // V R W X U A D
    EXPECT_EQ(store(*child, page, 1), "ok");
    EXPECT_EQ(bits(*child, page) & 0x3ff, 0xd7u);  // V R W U A D
}

TEST_F(CowFault, the_fault_address_is_rounded_down) {
    EXPECT_EQ(outcome(child->handle_fault(page + 0xfff, Access::write)), "ok");
    EXPECT_TRUE(entry(*child, page).has(Pte::write));
    EXPECT_FALSE(entry(*child, page + page_size).has(Pte::write));
    EXPECT_EQ(store(*child, page + 0xffe, 9), "ok");
    EXPECT_EQ(load(*child, page + 0xffe), 9);
    EXPECT_EQ(load(*parent, page + 0xffe), 0x0ffe * 7 % 256);
}

TEST_F(CowFault, out_of_memory_at_a_fault_changes_nothing_and_loses_no_reference) {
    leave_free(0);
    const std::uint64_t parents_entry = bits(*parent, page), childs_entry = bits(*child, page);
    for (int again = 0; again < 3; ++again) {
        EXPECT_EQ(store(*child, page, 1), "out_of_memory");
    }
    EXPECT_EQ(bits(*parent, page), parents_entry);
    EXPECT_EQ(bits(*child, page), childs_entry);
    EXPECT_EQ(count(*child, page), 2u);
    EXPECT_TRUE(holds_pattern(*child));
    EXPECT_TRUE(consistent());

    give_back();
    EXPECT_EQ(store(*child, page, 1), "ok");
    EXPECT_EQ(load(*parent, page), 0);
}

TEST_F(CowFault, taking_over_needs_no_memory) {
    if (!policy::takes_over_last) {
        GTEST_SKIP() << policy::name << " always copies";
    }
    child->destroy();
    leave_free(0);
    EXPECT_EQ(store(*parent, page, 1), "ok");
}

TEST_F(CowFault, a_process_killed_out_of_memory_gives_back_what_it_had) {
    EXPECT_EQ(store(*child, page + page_size, 1), "ok");
    leave_free(0);
    EXPECT_EQ(store(*child, page, 1), "out_of_memory");
    child->destroy();
    EXPECT_EQ(count(*parent, page), 1u);
    EXPECT_GT(machine_.free_frames(), 0u);
}

TEST_F(CowFault, a_read_of_a_shared_page_shares_it_still) {
    EXPECT_EQ(load(*child, page + 1), 7);
    EXPECT_EQ(&frame_of(*child, page), &frame_of(*parent, page));
    EXPECT_EQ(count(*child, page), 2u);
}

// The old frame may be somebody else's the moment it is dropped: before that, nobody may reach it
// by the old entry or by a translation of it.
class ReferencesAtTheFlush final : public host::TranslationListener {
public:
    ReferencesAtTheFlush(Frame& old, std::function<PhysAddr()> mapped)
        : old_(old), mapped_(std::move(mapped)) {}
    void hear(const host::TranslationEvent& event) override {
        using Kind = host::TranslationEvent::Kind;
        if (event.kind != Kind::flush_page && event.kind != Kind::flush_space) {
            return;
        }
        ++flushes;
        if (mapped_() == address_of(old_)) {
            ++flushes_before_the_change;
        }
        count = policy::count(old_);
    }
    int flushes = 0, flushes_before_the_change = 0;
    std::uint32_t count = 0;

private:
    Frame& old_;
    std::function<PhysAddr()> mapped_;
};

TEST_F(CowFault, the_old_frame_is_dropped_only_after_the_entry_changed_and_the_translation_went) {
    EXPECT_EQ(load(*child, page), 0);  // it runs: from now on there are translations to flush
    ReferencesAtTheFlush at_the_flush(frame_of(*child, page),
                                      [this] { return entry(*child, page).frame(); });
    EXPECT_EQ(outcome(child->handle_fault(page, Access::write)), "ok");
    EXPECT_EQ(at_the_flush.flushes, 1);
    EXPECT_EQ(at_the_flush.flushes_before_the_change, 0);
    EXPECT_EQ(at_the_flush.count, 2u);
    EXPECT_EQ(count(*parent, page), 1u);
}

TEST_F(CowFault, loads_see_the_copy_after_a_store_though_the_original_was_read_before) {
    EXPECT_EQ(load(*child, page), 0);
    EXPECT_EQ(store(*child, page, 0x77), "ok");
    EXPECT_EQ(load(*child, page), 0x77);
    EXPECT_EQ(load(*parent, page), 0);
}

TEST_F(CowFault, copies_and_frames_taken_over_are_counted) {
    const std::uint64_t copied = sum_of(&Statistics::cow_copied),
                        taken_over = sum_of(&Statistics::cow_taken_over);
    EXPECT_EQ(store(*child, page, 1), "ok");
    EXPECT_EQ(sum_of(&Statistics::cow_copied), copied + 1);
    EXPECT_EQ(store(*parent, page, 1), "ok");
    EXPECT_EQ(sum_of(&Statistics::cow_copied) + sum_of(&Statistics::cow_taken_over),
              copied + taken_over + 2);
    if (policy::takes_over_last) {
        EXPECT_EQ(sum_of(&Statistics::cow_taken_over), taken_over + 1);
    }
    EXPECT_EQ(store(*parent, page, 1), "ok");  // no fault at all
    EXPECT_EQ(sum_of(&Statistics::cow_copied) + sum_of(&Statistics::cow_taken_over),
              copied + taken_over + 2);
}

TEST_F(Fault, a_write_to_a_read_only_page_is_refused) {
    AddressSpace& program = new_program();
    const std::uint64_t before = bits(program, text);
    EXPECT_EQ(store(program, text + 8, 1), "bad_address");
    EXPECT_EQ(store(program, constant + 8, 1), "bad_address");
    EXPECT_EQ(bits(program, text), before);
    EXPECT_EQ(load(program, text + 8), 0);
}

TEST_F(Fault, a_write_to_a_read_only_page_is_refused_after_fork_too) {
    AddressSpace& parent = new_program();
    AddressSpace& child = fork(parent);
    AddressSpace& grandchild = fork(child);
    for (AddressSpace* space : {&parent, &child, &grandchild}) {
        EXPECT_EQ(store(*space, text, 1), "bad_address");
        EXPECT_EQ(store(*space, constant, 1), "bad_address");
        EXPECT_EQ(load(*space, text), 0);
    }
    child.destroy();
    grandchild.destroy();
    EXPECT_EQ(store(parent, text, 1), "bad_address");  // nor when it is the last
}

TEST_F(Fault, an_access_without_its_permission_is_refused) {
    AddressSpace& program = new_program();
    EXPECT_EQ(fetch(program, page), "bad_address");
    EXPECT_EQ(fetch(program, constant), "bad_address");
    EXPECT_EQ(outcome(program.map_zeroed({0x30'0000}, {0x30'1000}, Pte::execute)), "ok");
    EXPECT_EQ(load(program, {0x30'0000}), -1);
    EXPECT_EQ(fetch(program, {0x30'0000}), "ok");
}

TEST_F(Fault, a_fault_in_a_hole_is_refused) {
    AddressSpace& program = new_program();
    const std::uint64_t in_use = policy::frames_in_use();
    // behind the data, in an absent table, in an absent table of tables
    for (VirtAddr hole :
         {VirtAddr{0x3000}, VirtAddr{0xdead'beef}, VirtAddr{user_end - 1}, VirtAddr{0x20'0000}}) {
        EXPECT_EQ(load(program, hole), -1) << hole.value;
        EXPECT_EQ(store(program, hole, 1), "bad_address") << hole.value;
        EXPECT_EQ(fetch(program, hole), "bad_address") << hole.value;
    }
    EXPECT_EQ(policy::frames_in_use(), in_use);
}

TEST_F(Fault, a_fault_past_max_va_is_refused) {
    AddressSpace& program = new_program();
    EXPECT_EQ(outcome(program.map_zeroed({user_end - page_size}, {user_end}, read_write)), "ok");
    // user_end itself, its alias modulo 2^39, the kernel's half, addresses that are not canonical,
    // the last one
    for (std::uint64_t outside :
         {user_end, user_end * 2, user_end * 2 + page.value, 0xffff'ffc0'0000'0000,
          0x8000'0000'0000'0000, 0x0000'8000'0000'1000u, ~std::uint64_t{0}}) {
        for (Access access : {Access::read, Access::write, Access::execute}) {
            EXPECT_EQ(outcome(program.handle_fault({outside}, access)), "bad_address") << outside;
        }
    }
    EXPECT_EQ(store(program, {user_end - 1}, 3), "ok");
    EXPECT_EQ(load(program, {user_end - 1}), 3);
}

TEST_F(Fault, the_kernels_half_is_out_of_reach_from_its_first_byte_on) {
    AddressSpace& program = new_program();
    auto* root = reinterpret_cast<Pte*>(arch::direct_map(program.root()));
    root[256] = root[0];  // were it walked, user_end would alias address 0
    EXPECT_EQ(outcome(program.handle_fault({user_end}, Access::read)), "bad_address");
    EXPECT_EQ(outcome(program.copy_out({user_end}, std::array{std::byte{1}})), "bad_address");
    EXPECT_EQ(program.page_bytes({user_end}), nullptr);
    root[256] = {};
    EXPECT_EQ(load(program, {0}), 0);
}

TEST_F(Fault, a_write_fault_on_a_page_that_is_writable_already_only_forgets_the_translation) {
    AddressSpace& program = new_program();
    program.activate();
    const std::uint64_t before = bits(program, page);
    host::RecordedTranslations recorded;
    EXPECT_EQ(outcome(program.handle_fault(page + 5, Access::write)), "ok");
    EXPECT_EQ(bits(program, page), before);
    EXPECT_THAT(recorded.events(), testing::ElementsAre(flush_of(program, page)));
}

TEST_F(Fault, a_space_without_pages_refuses_everything) {
    AddressSpace& empty = new_space();
    EXPECT_EQ(load(empty, {0}), -1);
    EXPECT_EQ(store(empty, page, 1), "bad_address");
    EXPECT_EQ(policy::frames_in_use(), 1u);
}

}  // namespace
}  // namespace kernel::test
