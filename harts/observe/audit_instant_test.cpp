#include "harts/observe/audit_instant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harts/observe/audit_invariant.h"
#include "harts/observe/synthetic_guest.h"

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
            guest_.map(slot, heap_page, heap_, SyntheticGuest::user | Pte::r | SyntheticGuest::marker);
        }
        guest_.finish();
    }
    std::vector<std::string> titles(PolicyUse use) {
        std::vector<std::string> all;
        for (const Finding& finding : audit_instant(*AuditView::create(guest_.ram(), guest_.table()), use).findings) {
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
    guest_.set_count(heap_, 3);        // taken, and not yet installed; or gone, and not yet dropped
    guest_.set_count(spare_, 1);       // just allocated
    EXPECT_THAT(titles(PolicyUse::Idle), IsEmpty());
}

TEST_F(InstantTest, a_count_behind_the_mappings_is_told_unless_it_is_in_somebodys_hands) {
    guest_.set_count(heap_, 1);
    EXPECT_THAT(titles(PolicyUse::Idle), ElementsAre(title(Invariant::CountTooLow)));
    EXPECT_THAT(titles(PolicyUse::Busy), IsEmpty());
}

TEST_F(InstantTest, a_shared_frame_that_is_writable_is_told_always) {
    guest_.set_pte(child_, heap_page, (guest_.pte(child_, heap_page) | Pte::w) & ~SyntheticGuest::marker);
    EXPECT_THAT(titles(PolicyUse::Busy), ElementsAre(title(Invariant::SharedFrameWritable)));
}

TEST_F(InstantTest, a_frame_of_one_mapping_may_be_writable_while_its_count_is_two) {
    guest_.set_pte(child_, heap_page, 0);    // fork has taken the reference and not yet installed it
    guest_.set_pte(parent_, heap_page, (guest_.pte(parent_, heap_page) | Pte::w) & ~SyntheticGuest::marker);
    EXPECT_THAT(titles(PolicyUse::Idle), IsEmpty());
}

TEST_F(InstantTest, marker_with_write_and_global_are_told_always) {
    guest_.set_pte(child_, heap_page, 0);
    guest_.set_pte(parent_, heap_page, guest_.pte(parent_, heap_page) | Pte::w | Pte::g);
    EXPECT_THAT(titles(PolicyUse::Busy), ElementsAre(title(Invariant::MarkerExcludesWrite), title(Invariant::LeafNotGlobal)));
}

TEST_F(InstantTest, a_mapped_frame_on_a_free_list_is_told) {
    const u64 first = guest_.free_frames().front();
    guest_.set_pte(child_, heap_page, SyntheticGuest::address_of(first).value >> 2 | SyntheticGuest::user | Pte::r);
    EXPECT_THAT(titles(PolicyUse::Idle), ElementsAre(title(Invariant::CountTooLow), title(Invariant::FreeFrameIsMapped)));
    EXPECT_THAT(titles(PolicyUse::Busy), IsEmpty());
}

TEST_F(InstantTest, a_frame_with_a_count_on_a_free_list_and_one_that_is_there_twice_are_told) {
    const std::vector<u64> free = guest_.free_frames();
    guest_.set_count(free[1], 1);
    guest_.set_next_free(free[4], SyntheticGuest::address_of(free[2]).value);
    EXPECT_THAT(titles(PolicyUse::Idle),
                ElementsAre(title(Invariant::FrameOnFreeListTwice), title(Invariant::FreeFrameHasCount)));
}

TEST_F(InstantTest, a_frame_that_is_on_no_list_is_in_flight) {
    const std::vector<u64> free = guest_.free_frames();
    guest_.set_next_free(free[0], SyntheticGuest::address_of(free[2]).value);  // free[1] is taken and has no count yet
    EXPECT_THAT(titles(PolicyUse::Idle), IsEmpty());
}

}  // namespace
}  // namespace stampede
