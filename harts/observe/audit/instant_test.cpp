#include "harts/observe/audit/instant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harts/core/hart.h"
#include "harts/core/machine_context.h"
#include "harts/devices/test_doubles.h"
#include "harts/observe/audit/invariant.h"
#include "harts/observe/audit/synthetic_guest.h"

namespace stampede {
namespace {

using abi::FrameOwner;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr u64 heap_page = 0x4000;

// Parent and child share a page.
class InstantTest : public testing::Test {
protected:
    InstantTest() {
        heap_ = guest_.take_frame(FrameOwner::user);
        spare_ = guest_.take_frame(FrameOwner::user);
        parent_ = guest_.add_process(1);
        child_ = guest_.add_process(2);
        for (const unsigned slot : {parent_, child_}) {
            guest_.map(slot, heap_page, heap_,
                       SyntheticGuest::user | Pte::r | SyntheticGuest::marker);
        }
        guest_.finish();
    }
    std::vector<std::string> titles(PolicyUse use) {
        std::vector<std::string> all;
        for (const Finding& finding :
             audit_instant(*AuditView::create(guest_.ram(), guest_.table()), use).findings) {
            all.push_back(finding.title);
        }
        return all;
    }
    static std::string title(Invariant invariant) { return std::string(title_of(invariant)); }

    SyntheticGuest guest_;
    u64 heap_ = 0, spare_ = 0;
    unsigned parent_ = 0, child_ = 0;
};

TEST_F(InstantTest, a_sound_guest_is_sound_at_every_instant) {
    EXPECT_THAT(titles(PolicyUse::Idle), IsEmpty());
    EXPECT_THAT(titles(PolicyUse::Busy), IsEmpty());
}

TEST_F(InstantTest, a_count_may_be_ahead_of_the_mappings) {
    guest_.set_count(heap_, 3);   // taken, and not yet installed; or gone, and not yet dropped
    guest_.set_count(spare_, 1);  // just allocated
    EXPECT_THAT(titles(PolicyUse::Idle), IsEmpty());
}

TEST_F(InstantTest, a_count_behind_the_mappings_is_told_unless_it_is_in_somebodys_hands) {
    guest_.set_count(heap_, 1);
    EXPECT_THAT(titles(PolicyUse::Idle), ElementsAre(title(Invariant::CountTooLow)));
    EXPECT_THAT(titles(PolicyUse::Busy), IsEmpty());
}

TEST_F(InstantTest, a_shared_frame_that_is_writable_is_told_always) {
    guest_.set_pte(child_, heap_page,
                   (guest_.pte(child_, heap_page) | Pte::w) & ~SyntheticGuest::marker);
    EXPECT_THAT(titles(PolicyUse::Busy), ElementsAre(title(Invariant::SharedFrameWritable)));
}

TEST_F(InstantTest, a_frame_of_one_mapping_may_be_writable_while_its_count_is_two) {
    // fork has taken the reference and not yet installed it
    guest_.set_pte(child_, heap_page, 0);
    guest_.set_pte(parent_, heap_page,
                   (guest_.pte(parent_, heap_page) | Pte::w) & ~SyntheticGuest::marker);
    EXPECT_THAT(titles(PolicyUse::Idle), IsEmpty());
}

TEST_F(InstantTest, marker_with_write_and_global_are_told_always) {
    guest_.set_pte(child_, heap_page, 0);
    guest_.set_pte(parent_, heap_page, guest_.pte(parent_, heap_page) | Pte::w | Pte::g);
    EXPECT_THAT(titles(PolicyUse::Busy), ElementsAre(title(Invariant::MarkerExcludesWrite),
                                                     title(Invariant::LeafNotGlobal)));
}

TEST_F(InstantTest, a_mapped_frame_on_a_free_list_is_told) {
    const u64 first = guest_.free_frames().front();
    guest_.set_pte(child_, heap_page,
                   SyntheticGuest::address_of(first).value >> 2 | SyntheticGuest::user | Pte::r);
    EXPECT_THAT(titles(PolicyUse::Idle),
                ElementsAre(title(Invariant::CountTooLow), title(Invariant::FreeFrameIsMapped)));
    EXPECT_THAT(titles(PolicyUse::Busy), IsEmpty());
}

TEST_F(InstantTest, a_frame_with_a_count_on_a_free_list_and_one_that_is_there_twice_are_told) {
    const std::vector<u64> free = guest_.free_frames();
    guest_.set_count(free[1], 1);
    guest_.set_next_free(free[4], SyntheticGuest::address_of(free[2]).value);
    EXPECT_THAT(titles(PolicyUse::Idle), ElementsAre(title(Invariant::FrameOnFreeListTwice),
                                                     title(Invariant::FreeFrameHasCount)));
}

TEST_F(InstantTest, the_last_frame_is_looked_at_too) {
    const u64 last = guest_.free_frames().back();
    ASSERT_EQ(last + 1, SyntheticGuest::frontier);
    guest_.set_pte(child_, heap_page,
                   SyntheticGuest::address_of(last).value >> 2 | SyntheticGuest::user | Pte::r);
    EXPECT_THAT(titles(PolicyUse::Idle),
                ElementsAre(title(Invariant::CountTooLow), title(Invariant::FreeFrameIsMapped)));
}

TEST_F(InstantTest, a_page_table_on_a_free_list_is_told) {
    // its root is the first frame of the list
    guest_.set_count(guest_.root_of(guest_.add_process(3)), 0);
    EXPECT_THAT(titles(PolicyUse::Idle), ElementsAre(title(Invariant::FreeFrameIsMapped)));
    EXPECT_THAT(titles(PolicyUse::Busy), IsEmpty());
}

TEST_F(InstantTest, a_free_frame_with_a_count_below_zero_is_told) {
    guest_.table().counts[0].is_signed = 1;
    guest_.set_count(guest_.free_frames()[1], ~u32{0});
    EXPECT_THAT(titles(PolicyUse::Idle), ElementsAre(title(Invariant::FreeFrameHasCount)));
}

TEST_F(InstantTest, all_leaves_that_were_looked_at_are_counted) {
    EXPECT_EQ(
        audit_instant(*AuditView::create(guest_.ram(), guest_.table()), PolicyUse::Busy).mappings,
        2u);
}

TEST_F(InstantTest, a_frame_that_is_on_no_list_is_in_flight) {
    const std::vector<u64> free = guest_.free_frames();
    // free[1] is taken and has no count yet
    guest_.set_next_free(free[0], SyntheticGuest::address_of(free[2]).value);
    EXPECT_THAT(titles(PolicyUse::Idle), IsEmpty());
}

// A hart in a kernel whose policy lies from 0x1000 to 0x2000.
class PolicyTest : public testing::Test {
protected:
    PolicyTest() {
        guest_.table().policy_text_begin = 0x1000;
        guest_.table().policy_text_end = 0x2000;
        guest_.finish();
        hart_->own.mode = Privilege::Machine;  // memory as it is
        stand(0x5000);
    }
    // At `pc`, with a return address in its register and one on the stack.
    void stand(u64 pc, u64 in_register = 0x5100, u64 on_stack = 0x5200) {
        constexpr u64 stack = ram_base.value + (u64{1} << 20), return_address = 1,
                      frame_pointer = 8;
        hart_->own.pc = pc;
        hart_->own.x[return_address] = in_register;
        hart_->own.x[frame_pointer] = stack;
        guest_.ram().store_u64(PhysAddr{stack - 8}, on_stack);
        guest_.ram().store_u64(PhysAddr{stack - 16}, 0);
    }
    bool in_policy() {
        return stands_in_policy(*AuditView::create(guest_.ram(), guest_.table()), *hart_);
    }

    SyntheticGuest guest_;
    TestEnvironment environment_;
    TestLines lines_;
    Bus bus_;
    Clint clint_{1, environment_, lines_};
    MachineContext context_{guest_.ram(), bus_, clint_, environment_, 1};
    std::unique_ptr<Hart> hart_ = std::make_unique<Hart>(HartId{0}, context_);
};

TEST_F(PolicyTest, a_hart_stands_in_it_by_its_pc_its_return_address_or_its_stack) {
    EXPECT_FALSE(in_policy());
    stand(0x1000);
    EXPECT_TRUE(in_policy());
    stand(0x5000, 0x1ffe);
    EXPECT_TRUE(in_policy()) << "a function's first instruction";
    stand(0x5000, 0x5100, 0x1800);
    EXPECT_TRUE(in_policy());
    stand(0x2000, 0xfff, 0x2000);
    EXPECT_FALSE(in_policy());
}

TEST_F(PolicyTest, a_user_program_does_not_stand_in_it_whatever_its_registers_hold) {
    stand(0x1000, 0x1000, 0x1000);
    hart_->own.mode = Privilege::User;
    EXPECT_FALSE(in_policy());
}

TEST_F(PolicyTest, every_hart_may_stand_in_one_that_is_not_told) {
    guest_.table().policy_text_begin = guest_.table().policy_text_end = 0;
    EXPECT_TRUE(in_policy());
}

}  // namespace
}  // namespace stampede
