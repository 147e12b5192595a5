// Each invariant broken on purpose must be seen: tests that end with violations() are worth no more
// than it is.
#include "kernel/tests/consistency.h"

#include <gmock/gmock.h>

#include "kernel/tests/memory_test.h"

namespace kernel::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr VirtAddr page{0x1000};

// A parent and a child that share three pages, and some free frames.
class Consistency : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(parent.create() && child.create());
        ASSERT_TRUE(parent.map_zeroed({0}, {6 * page_size}, Pte::read | Pte::write));
        parent.unmap({3 * page_size}, {6 * page_size});
        ASSERT_TRUE(parent.fork_into(child));
        ASSERT_THAT(found(), IsEmpty());
        entry = &leaf(child, page);
        frame = &frame_at(entry->frame());
        sound = *entry;
    }
    std::vector<std::string> found() { return violations({&parent, &child}, held); }
    static Pte& leaf(AddressSpace& space, VirtAddr at) {
        Pte* table = reinterpret_cast<Pte*>(arch::direct_map(space.root()));
        for (unsigned level = 2; level > 0; --level) {
            table = reinterpret_cast<Pte*>(
                arch::direct_map(table[at.value >> (12 + 9 * level) & 511].frame()));
        }
        return table[at.value >> 12 & 511];
    }
    void expect(const char* text) { EXPECT_THAT(found(), Contains(HasSubstr(text))); }

    Machine machine{128};
    AddressSpace parent, child;
    KernelReferences held;
    Pte* entry = nullptr;
    Frame* frame = nullptr;
    Pte sound;
};

TEST_F(Consistency, a_count_that_is_one_too_high_or_too_low) {
    ++frame->count;
    expect("count 3, but 2 references");
    frame->count -= 2;
    expect("count 1, but 2 references");
}

TEST_F(Consistency, a_shared_frame_that_is_writable) {
    *entry = sound.without(Pte::marker).with(Pte::write);
    expect("shared and writable");
}

TEST_F(Consistency, the_marker_together_with_w) {
    *entry = sound.with(Pte::write);
    expect("marker and W together");
}

TEST_F(Consistency, a_global_user_page) {
    *entry = sound.with(Pte::global);
    expect("global");
}

TEST_F(Consistency, an_entry_outside_memory) {
    *entry = sound.moved_to({0});
    expect("points to 0x0, no frame");
    *entry = sound.moved_to(frame_range().first + frame_range().frame_count * page_size);
    expect("no frame");
}

TEST_F(Consistency, an_entry_without_user_accessed_or_dirty_or_with_write_alone) {
    *entry = sound.without(Pte::user);
    expect("without U, A or D");
    *entry = sound.without(Pte::dirty);
    expect("without U, A or D");
    *entry = sound.without(Pte::read | Pte::marker).with(Pte::write);
    expect("W without R");
    *entry = {sound.bits & ~std::uint64_t{1}};
    expect("not valid");
}

TEST_F(Consistency, an_entry_past_the_user_half) {
    reinterpret_cast<std::uint64_t*>(arch::direct_map(child.root()))[256] = 1;
    expect("outside the user half");
}

TEST_F(Consistency, a_frame_nobody_has) {
    Frame* lost = policy::allocate(FrameOwner::user);
    expect("count 1, but 0 references");
    held[address_of(*lost)] = 1;
    EXPECT_THAT(found(), IsEmpty());
    lost->count = 0;
    expect("lost, neither used nor free");
}

TEST_F(Consistency, a_free_frame_that_is_still_mapped) {
    Frame& freed = *policy::allocate(FrameOwner::user);
    leaf(child, {3 * page_size}) = sound.moved_to(address_of(freed));
    policy::drop(freed);
    expect("count 0, but 1 references");
}

TEST_F(Consistency, a_frame_twice_on_the_free_list) {
    Frame& first = *policy::allocate(FrameOwner::user);
    Frame& second = *policy::allocate(FrameOwner::user);
    policy::drop(first);
    policy::drop(second);
    // second → first → second
    *reinterpret_cast<std::uint64_t*>(bytes_of(first)) = address_of(second).value;
    expect("on a free list twice");
    *reinterpret_cast<std::uint64_t*>(bytes_of(first)) = 0x1234;
    expect("0x1234 is no frame");
}

TEST_F(Consistency, a_frame_past_the_frontier_in_use) {
    *entry = sound.moved_to(frame_range().first + (frame_range().frame_count - 1) * page_size);
    expect("past the frontier");
}

TEST_F(Consistency, an_owner_that_does_not_fit) {
    set_owner(*frame, FrameOwner::free);
    expect("the owner says otherwise");
    set_owner(*frame, FrameOwner::pipe);
    expect("not a user's frame");
}

TEST_F(Consistency, a_page_table_used_by_two) {
    Pte* root = reinterpret_cast<Pte*>(arch::direct_map(child.root()));
    root[1] = root[0];
    expect("is used twice");
}

}  // namespace
}  // namespace kernel::test
