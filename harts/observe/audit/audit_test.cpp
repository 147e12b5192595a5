#include "harts/observe/audit/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <set>

#include "harts/observe/audit/invariant.h"
#include "harts/observe/audit/synthetic_guest.h"

namespace stampede {
namespace {

using abi::FrameOwner;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr u64 text_page = 0x1000, heap_page = 0x4000, high_page = 0x3f'ffff'e000;

// A parent and its child after a fork: text shared read-only, a heap page shared copy-on-write, a
// stack page of each.
class AuditTest : public testing::Test {
protected:
    AuditTest() {
        text_ = guest_.take_frame(FrameOwner::user);
        heap_ = guest_.take_frame(FrameOwner::user);
        stack_ = guest_.take_frame(FrameOwner::user);
        kernel_stack_ = guest_.take_frame(FrameOwner::kernel_stack);
        guest_.set_count(kernel_stack_, 1);
        parent_ = guest_.add_process(1);
        child_ = guest_.add_process(7);
        for (const unsigned slot : {parent_, child_}) {
            guest_.map(slot, text_page, text_, SyntheticGuest::user | Pte::r | Pte::x);
            guest_.map(slot, heap_page, heap_,
                       SyntheticGuest::user | Pte::r | SyntheticGuest::marker);
        }
        guest_.map(parent_, high_page, stack_, SyntheticGuest::user | Pte::r | Pte::w);
        guest_.finish();
        free_ = guest_.free_frames();
    }

    [[nodiscard]] std::vector<std::string> titles() {
        std::vector<std::string> all;
        for (const Finding& finding : found()) {
            all.push_back(finding.title);
        }
        return all;
    }
    [[nodiscard]] std::vector<Finding> found() {
        return audit(guest_.ram(), guest_.table_address());
    }
    // What an audit with a changed table says is wrong.
    [[nodiscard]] std::string complaint(const std::function<void(abi::AuditTable&)>& change) {
        abi::AuditTable table = guest_.table();
        change(table);
        const std::vector<Finding> findings = audit(guest_.ram(), table);
        if (findings.size() != 1 || findings[0].title != title_of(Invariant::TableWellFormed)) {
            return "no complaint about the table";
        }
        return findings[0].detail;
    }
    void set_pte(unsigned slot, u64 page, u64 set, u64 clear = 0) {
        guest_.set_pte(slot, page, (guest_.pte(slot, page) & ~clear) | set);
    }

    SyntheticGuest guest_;
    u64 text_, heap_, stack_, kernel_stack_;
    unsigned parent_, child_;
    std::vector<u64> free_;
};

constexpr u64 ppn_mask = ((u64{1} << 44) - 1) << 10;
constexpr u64 pointing_to(PhysAddr address) { return address.value / page_size << 10; }

TEST_F(AuditTest, a_sound_guest_has_no_findings) {
    EXPECT_THAT(titles(), ElementsAre());
    EXPECT_GT(free_.size(), 20u);
}

TEST_F(AuditTest, a_count_one_too_high_is_found) {
    guest_.set_count(heap_, 3);
    EXPECT_THAT(titles(), ElementsAre("a frame's count is higher than its references"));
}

TEST_F(AuditTest, a_count_one_too_low_is_found) {
    guest_.set_count(heap_, 1);
    EXPECT_THAT(titles(), ElementsAre("a frame's count is lower than its references"));
}

TEST_F(AuditTest, the_detail_names_frame_count_and_everyone_who_maps_it) {
    guest_.set_count(heap_, 1);
    const std::vector<Finding> findings = found();
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].kind, FindingKind::audit);
    EXPECT_EQ(findings[0].count, 1u);
    EXPECT_THAT(findings[0].detail,
                HasSubstr("frame 1 at 0x80041000: count 1, mapped 2 times, owner user"));
    EXPECT_THAT(findings[0].detail, HasSubstr("pid 1 at 0x0000000000004000 (r--u- marker)"));
    EXPECT_THAT(findings[0].detail, HasSubstr("pid 7 at 0x0000000000004000 (r--u- marker)"));
}

TEST(AuditOrder, those_who_map_a_frame_are_told_by_pid_and_address_whatever_their_slots) {
    SyntheticGuest guest;
    const u64 frame = guest.take_frame(FrameOwner::user);
    for (const u32 pid : {7, 3, 5}) {
        const unsigned slot = guest.add_process(pid);
        guest.map(slot, heap_page, frame, SyntheticGuest::user | Pte::r);
    }
    guest.finish();
    guest.set_count(frame, 1);
    const std::vector<Finding> findings = audit(guest.ram(), guest.table_address());
    ASSERT_EQ(findings.size(), 1u);
    const std::string& text = findings[0].detail;
    EXPECT_LT(text.find("pid 3 "), text.find("pid 5 ")) << text;
    EXPECT_LT(text.find("pid 5 "), text.find("pid 7 ")) << text;
}

TEST_F(AuditTest, a_frame_twice_on_the_free_list_is_found) {
    guest_.set_next_free(free_.back(), SyntheticGuest::address_of(free_.front()).value);
    EXPECT_THAT(titles(), ElementsAre("a frame is on the free lists twice"));
}

TEST_F(AuditTest, a_frame_freed_twice_in_a_row_is_found_although_the_list_behind_it_is_lost) {
    guest_.set_next_free(free_[2], SyntheticGuest::address_of(free_[2]).value);
    EXPECT_THAT(titles(), ElementsAre("a frame is on the free lists twice"));
}

TEST_F(AuditTest, a_frame_on_two_free_lists_is_found) {
    guest_.table().free_lists = 2;
    guest_.table().free[1].head_address =
        SyntheticGuest::address_of(free_[0]).value;  // its link: the list from free_[1]
    const std::vector<Finding> findings = audit(guest_.ram(), guest_.table());
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].title, "a frame is on the free lists twice");
    EXPECT_THAT(findings[0].detail, HasSubstr("it stands on list 0 already"));
}

TEST_F(AuditTest, a_writable_mapping_of_a_shared_frame_is_found) {
    set_pte(child_, heap_page, Pte::w, SyntheticGuest::marker);
    EXPECT_THAT(titles(), ElementsAre("a shared frame is mapped writable"));
}

TEST_F(AuditTest, a_writable_mapping_with_the_marker_is_found) {
    set_pte(parent_, high_page, SyntheticGuest::marker);
    EXPECT_THAT(titles(), ElementsAre("a PTE is writable and marked copy-on-write"));
}

TEST_F(AuditTest, a_mapping_outside_ram_is_found) {
    set_pte(child_, text_page, pointing_to({0x1000'0000}), ppn_mask);
    guest_.set_count(text_, 1);
    EXPECT_THAT(titles(), ElementsAre("a user PTE points outside RAM"));
}

// what a fault without memory installs in some kernels
TEST_F(AuditTest, a_mapping_of_physical_page_zero_is_found) {
    set_pte(child_, text_page, 0, ppn_mask);
    guest_.set_count(text_, 1);
    EXPECT_THAT(titles(), ElementsAre("a user PTE points outside RAM"));
}

TEST_F(AuditTest, a_mapping_of_the_kernels_own_memory_is_found) {
    set_pte(child_, text_page, pointing_to({0x8000'0000}), ppn_mask);
    guest_.set_count(text_, 1);
    EXPECT_THAT(titles(), ElementsAre("a user PTE maps memory that is no frame"));
}

TEST_F(AuditTest, a_global_user_mapping_is_found) {
    set_pte(child_, heap_page, Pte::g);
    EXPECT_THAT(titles(), ElementsAre("a user PTE is global"));
}

TEST_F(AuditTest, a_write_only_mapping_is_found) {
    set_pte(parent_, high_page, 0, Pte::r);
    guest_.set_count(stack_, 0);
    EXPECT_THAT(titles(), testing::Contains("a user PTE has a reserved encoding"));
}

TEST_F(AuditTest, a_lost_frame_is_found) {
    guest_.set_next_free(free_[3], SyntheticGuest::address_of(free_[5]).value);
    EXPECT_THAT(titles(), ElementsAre("a frame without references is on no free list"));
}

TEST_F(AuditTest, many_lost_frames_are_one_finding_with_their_number) {
    guest_.set_next_free(free_[3], 0);
    const std::vector<Finding> findings = found();
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].count, free_.size() - 4);
    EXPECT_THAT(findings[0].detail,
                HasSubstr("and " + std::to_string(free_.size() - 4 - 8) + " more"));
}

TEST_F(AuditTest, a_count_of_a_free_frame_is_found) {
    guest_.set_count(free_[4], 1);
    EXPECT_THAT(titles(), ElementsAre("a frame on a free list has a count"));
}

TEST_F(AuditTest, a_mapped_free_frame_is_found) {
    set_pte(parent_, high_page, pointing_to(SyntheticGuest::address_of(free_[4])), ppn_mask);
    guest_.set_owner(stack_, static_cast<u8>(FrameOwner::kernel_stack));
    EXPECT_THAT(titles(), ElementsAre("a frame on a free list is mapped"));
}

TEST_F(AuditTest, a_free_list_that_leaves_the_frames_is_found) {
    guest_.set_next_free(free_.back(), 0xdead'beef'0000);
    EXPECT_THAT(titles(), ElementsAre("a free list leaves the frames"));
}

TEST_F(AuditTest, a_misaligned_free_list_entry_is_found) {
    guest_.set_next_free(free_.back(), SyntheticGuest::address_of(free_[0]).value + 8);
    EXPECT_THAT(titles(), ElementsAre("a free list holds an address that is no frame's start"));
}

TEST_F(AuditTest, a_frame_past_the_frontier_on_the_free_list_is_found) {
    guest_.set_next_free(SyntheticGuest::frontier, 0);
    guest_.set_next_free(free_.back(), SyntheticGuest::address_of(SyntheticGuest::frontier).value);
    EXPECT_THAT(titles(), ElementsAre("a frame past the frontier of never used frames is in use"));
}

TEST_F(AuditTest, a_count_past_the_frontier_is_found) {
    guest_.set_count(SyntheticGuest::frames - 1, 1);
    EXPECT_THAT(titles(), ElementsAre("a frame past the frontier of never used frames is in use"));
}

TEST_F(AuditTest, a_mapping_past_the_frontier_is_found) {
    guest_.set_pte(parent_, high_page,
                   pointing_to(SyntheticGuest::address_of(SyntheticGuest::frontier)) |
                       SyntheticGuest::user | Pte::r);
    guest_.set_count(stack_, 0);
    EXPECT_THAT(titles(), Contains("a frame past the frontier of never used frames is in use"));
}

// An empty one, which maps nothing.
TEST_F(AuditTest, a_page_table_past_the_frontier_is_found) {
    const PhysAddr root = SyntheticGuest::address_of(guest_.root_of(child_));
    guest_.ram().store_u64(
        root + 8 * 8, pointing_to(SyntheticGuest::address_of(SyntheticGuest::frontier)) | Pte::v);
    EXPECT_THAT(titles(), Contains("a frame past the frontier of never used frames is in use"));
}

TEST_F(AuditTest, a_kernels_frame_that_nobody_counts_is_found) {
    guest_.set_count(kernel_stack_, 0);
    EXPECT_THAT(titles(), ElementsAre("a frame's count is lower than its references"));
}

TEST_F(AuditTest, an_unknown_owner_is_found) {
    guest_.set_owner(free_[0], 9);
    EXPECT_THAT(titles(), ElementsAre("the owner table holds an unknown value"));
}

TEST_F(AuditTest, a_users_frame_that_the_kernel_claims_is_found) {
    guest_.set_owner(stack_, static_cast<u8>(FrameOwner::free));
    EXPECT_THAT(titles(), ElementsAre("a frame's owner contradicts its use"));
}

TEST_F(AuditTest, a_page_table_outside_ram_is_found) {
    const PhysAddr root = SyntheticGuest::address_of(guest_.root_of(child_));
    guest_.ram().store_u64(root + 8 * 8, pointing_to({0x4000'0000}) | Pte::v);
    EXPECT_THAT(titles(), ElementsAre("a page table lies outside RAM"));
}

TEST_F(AuditTest, a_page_table_in_a_users_frame_is_found) {
    const PhysAddr root = SyntheticGuest::address_of(guest_.root_of(child_));
    guest_.ram().store_u64(root + 8 * 8, pointing_to(SyntheticGuest::address_of(heap_)) | Pte::v);
    EXPECT_THAT(titles(), ElementsAre("a page table lies in a frame that is none"));
}

TEST_F(AuditTest, a_page_table_that_contains_itself_is_found_and_ends_the_walk) {
    const PhysAddr root = SyntheticGuest::address_of(guest_.root_of(child_));
    guest_.ram().store_u64(root + 8 * 8, pointing_to(root) | Pte::v);
    EXPECT_THAT(titles(), ElementsAre("a page table is used twice"));
}

TEST_F(AuditTest, a_superpage_in_the_user_half_is_found) {
    const PhysAddr root = SyntheticGuest::address_of(guest_.root_of(child_));
    guest_.ram().store_u64(root + 8 * 8,
                           pointing_to({0x8000'0000}) | SyntheticGuest::user | Pte::r);
    EXPECT_THAT(titles(), ElementsAre("a superpage is mapped in the user half"));
}

TEST_F(AuditTest, a_pointer_below_the_last_level_is_found) {
    set_pte(child_, text_page, 0, Pte::r | Pte::x | Pte::u | Pte::a | Pte::d);
    guest_.set_count(text_, 1);
    EXPECT_THAT(titles(), ElementsAre("a user PTE has a reserved encoding"));
}

TEST_F(AuditTest, unused_slots_are_not_looked_at) {
    guest_.ram().store_u64({guest_.table().process_base + 5 * guest_.table().process_stride + 8},
                           0x123);
    EXPECT_THAT(titles(), ElementsAre());
}

TEST_F(AuditTest, narrow_signed_counts_are_read_as_such) {
    // The same counts as single bytes, the heap frame's as -1.
    const u64 narrow = guest_.table().owners + 0x800;
    for (u64 frame = 0; frame < SyntheticGuest::frames; ++frame) {
        const u8 count = frame == heap_ ? 0xff : static_cast<u8>(guest_.count(frame));
        guest_.ram().copy_in({narrow + frame}, std::span(&count, 1));
    }
    guest_.table().counts[0] = {narrow, 1, 1, 1};
    const std::vector<Finding> findings = audit(guest_.ram(), guest_.table());
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].title, "a frame's count is lower than its references");
    EXPECT_THAT(findings[0].detail, HasSubstr("count -1,"));
}

TEST_F(AuditTest, counts_in_two_arrays_are_summed) {
    const u64 second = guest_.table().owners + 0x800;  // zeroes so far
    guest_.table().count_arrays = 2;
    guest_.table().counts[1] = {second, 2, 1, 2};
    EXPECT_TRUE(audit(guest_.ram(), guest_.table()).empty());
    guest_.set_count(heap_, 5);
    const i16 less = -3;
    guest_.ram().copy_in({second + heap_ * 2}, std::bit_cast<std::array<u8, 2>>(less));
    EXPECT_TRUE(audit(guest_.ram(), guest_.table()).empty());
}

TEST_F(AuditTest, a_malformed_table_is_a_finding_that_names_the_field) {
    EXPECT_THAT(complaint([](auto& t) { t.magic = 1; }), HasSubstr("magic: 0x1"));
    EXPECT_THAT(complaint([](auto& t) { t.version = 4; }),
                HasSubstr("version: 4, expected 1 to 3"));
    EXPECT_THAT(complaint([](auto& t) { t.marker_bit = 5; }), HasSubstr("marker bit: 5"));
    EXPECT_THAT(complaint([](auto& t) { t.first_frame = 0x1000; }), HasSubstr("frames: "));
    EXPECT_THAT(complaint([](auto& t) { t.first_frame += 8; }), HasSubstr("frames: "));
    EXPECT_THAT(complaint([](auto& t) { t.frame_count = u64{1} << 60; }), HasSubstr("frames: "));
    EXPECT_THAT(complaint([](auto& t) { t.owners = ~u64{0} - 3; }), HasSubstr("owners: "));
    EXPECT_THAT(complaint([](auto& t) { t.count_arrays = 0; }), HasSubstr("count arrays: 0"));
    EXPECT_THAT(complaint([](auto& t) { t.count_arrays = 65; }), HasSubstr("count arrays: 65"));
    EXPECT_THAT(complaint([](auto& t) { t.counts[0].width = 3; }),
                HasSubstr("count array 0: integers of 3 bytes"));
    EXPECT_THAT(complaint([](auto& t) { t.counts[0].stride = 0; }), HasSubstr("count array 0: "));
    EXPECT_THAT(complaint([](auto& t) { t.counts[0].stride = u64{1} << 62; }),
                HasSubstr("count array 0: "));
    EXPECT_THAT(complaint([](auto& t) { t.free_lists = 65; }), HasSubstr("free lists: 65"));
    EXPECT_THAT(complaint([](auto& t) { t.free[0].head_address = 4; }),
                HasSubstr("head of free list 0"));
    EXPECT_THAT(complaint([](auto& t) { t.free_link_offset = 4096; }),
                HasSubstr("link of free frames"));
    EXPECT_THAT(complaint([](auto& t) { t.free_links = 0x1000; }),
                HasSubstr("links of free frames: "));
    EXPECT_THAT(complaint([](auto& t) { t.process_base = 0; }), HasSubstr("processes: "));
    EXPECT_THAT(complaint([](auto& t) { t.process_count = ~u64{0}; }), HasSubstr("processes: "));
    EXPECT_THAT(complaint([](auto& t) {
                    t.process_count = 1;
                    t.process_stride = ~u64{7};
                }),
                HasSubstr("processes: "));
    EXPECT_THAT(complaint([](auto& t) { t.root_pte_offset = 60; }), HasSubstr("process: "));
    EXPECT_THAT(complaint([](auto& t) { t.root_pte_offset = 64; }), HasSubstr("process: "));
    EXPECT_THAT(complaint([](auto& t) { t.user_end = u64{1} << 39; }), HasSubstr("user half"));
    EXPECT_THAT(complaint([](auto& t) { t.frontier_address = 0; }), HasSubstr("frontier: "));
    EXPECT_THAT(complaint([](auto& t) { t.stats_count = 0; }), HasSubstr("totals: no elements"));
    EXPECT_THAT(complaint([](auto& t) { t.stats_count = 5000; }), HasSubstr("totals: 5000 parts"));
    EXPECT_THAT(complaint([](auto& t) { t.stats_stride = 4; }), HasSubstr("totals: "));
    EXPECT_THAT(complaint([](auto& t) { t.stats_address = 0x1000; }), HasSubstr("totals: "));
    EXPECT_EQ(complaint([](auto&) {}), "no complaint about the table");
}

TEST_F(AuditTest, a_table_outside_ram_is_a_finding) {
    for (const u64 address : {u64{0}, u64{0x8000'0000} + (u64{2} << 20) - 8, ~u64{0} - 7}) {
        const std::vector<Finding> findings = audit(guest_.ram(), PhysAddr{address});
        ASSERT_EQ(findings.size(), 1u);
        EXPECT_EQ(findings[0].title, "the audit table is malformed");
    }
}

TEST_F(AuditTest, frames_in_use_are_told_apart_by_whether_a_process_has_them) {
    abi::KernelStats stats{};
    stats.frames_at_boot = 1;
    stats.frames_in_use = SyntheticGuest::frontier - free_.size();
    guest_.ram().copy_in({guest_.table().stats_address},
                         std::bit_cast<std::array<u8, sizeof(stats)>>(stats));
    const auto use = count_frames(guest_.ram(), guest_.table());
    ASSERT_TRUE(use);
    EXPECT_EQ(use->at_beginning, 1u);
    EXPECT_EQ(use->now, stats.frames_in_use);
    // text, heap and stack; of the parent a root and two tables for either end of the user half, of
    // the child for one
    EXPECT_EQ(use->of_processes, 3u + 5 + 3);
    EXPECT_EQ(use->others, "1 kernel stack");
    EXPECT_FALSE(check_for_leak(*use));
    guest_.table().magic = 0;
    EXPECT_FALSE(count_frames(guest_.ram(), guest_.table()));
}

TEST_F(AuditTest, totals_are_summed_over_their_parts) {
    for (u64 part = 0; part < 3; ++part) {
        abi::KernelStats stats{};
        stats.cow_copied = part + 1;
        // that harts freed what others had allocated
        stats.frames_in_use = part == 0 ? 10 : ~u64{0};
        stats.allocations_failed = 7;
        guest_.ram().copy_in({guest_.table().stats_address + part * 128},
                             std::bit_cast<std::array<u8, sizeof(stats)>>(stats));
    }
    guest_.table().stats_stride = 128;
    guest_.table().stats_count = 3;
    const auto total = load_kernel_stats(guest_.ram(), guest_.table());
    ASSERT_TRUE(total);
    EXPECT_EQ(total->cow_copied, 6u);
    EXPECT_EQ(total->frames_in_use, 8u);
    EXPECT_EQ(total->allocations_failed, 21u);
    guest_.table().stats_address = ram_base.value + (u64{2} << 20) - 64;
    EXPECT_FALSE(load_kernel_stats(guest_.ram(), guest_.table()));
}

TEST_F(AuditTest, tables_of_earlier_versions_end_where_theirs_did) {
    abi::AuditTable table = guest_.table();
    table.free_links = ~u64{0};  // what lies behind an earlier table is none of its business
    table.stats_stride = table.stats_count = ~u64{0};
    table.policy_text_end = table.policy_text_begin + 16;
    const auto loaded = [&](u32 version) {
        table.version = version;
        guest_.ram().copy_in(guest_.table_address(),
                             std::bit_cast<std::array<u8, sizeof(table)>>(table));
        return load_audit_table(guest_.ram(), guest_.table_address()).value();
    };
    const abi::AuditTable first = loaded(1), second = loaded(2), third = loaded(3);
    EXPECT_EQ(first.policy_text_end, 0u);
    EXPECT_EQ(second.policy_text_end, table.policy_text_end);
    for (const abi::AuditTable& earlier : {first, second}) {
        EXPECT_EQ(earlier.free_links, 0u);
        EXPECT_EQ(earlier.stats_count, 1u);
        EXPECT_EQ(earlier.free[0].head_address, table.free[0].head_address);
    }
    EXPECT_EQ(third.free_links, table.free_links);
    EXPECT_EQ(third.stats_count, table.stats_count);
}

TEST_F(AuditTest, free_lists_may_be_linked_outside_the_frames) {
    const u64 links = ram_base.value + 0x10000;
    for (u64 frame = 0; frame < guest_.table().frame_count; ++frame) {
        guest_.ram().store_u64(PhysAddr{links + 8 * frame},
                               guest_.ram().load_u64(SyntheticGuest::address_of(frame)));
    }
    for (u64 frame : free_) {
        guest_.ram().store_u64(SyntheticGuest::address_of(frame), 0xdead);  // no link any more
    }
    EXPECT_THAT(titles(), Contains("a free list leaves the frames"));
    guest_.table().free_links = links;
    EXPECT_THAT(audit(guest_.ram(), guest_.table()), testing::IsEmpty());
}

// The fixture has one kernel stack.
TEST_F(AuditTest, a_kernels_frame_that_no_process_uses_counts_for_its_owner) {
    const AuditReport before = audit_report(guest_.ram(), guest_.table());
    FramesByOwner expected{};
    expected[static_cast<std::size_t>(abi::FrameOwner::kernel_stack)] = 1;
    EXPECT_EQ(before.of_nobody, expected) << "neither what processes map nor their page tables";
    EXPECT_FALSE(check_for_leak(before.of_nobody, before.of_nobody));

    guest_.set_owner(free_.back(), static_cast<u8>(abi::FrameOwner::other));
    guest_.set_count(free_.back(), 1);
    expected[static_cast<std::size_t>(abi::FrameOwner::other)] = 1;
    EXPECT_EQ(audit_report(guest_.ram(), guest_.table()).of_nobody, expected);
    const auto leak = check_for_leak(before.of_nobody, expected);
    ASSERT_TRUE(leak);
    EXPECT_EQ(leak->kind, FindingKind::leak);
    EXPECT_EQ(leak->title, "frames are left that no process has any more: other");
    EXPECT_EQ(leak->detail, "1 of this owner, 0 before");
    EXPECT_FALSE(check_for_leak(expected, before.of_nobody)) << "fewer are none";
}

TEST(LeakTest, pipes_and_files_may_be_made_and_users_frames_are_the_audits) {
    for (const auto owner : {abi::FrameOwner::pipe, abi::FrameOwner::file, abi::FrameOwner::user,
                             abi::FrameOwner::page_table}) {
        FramesByOwner now{};
        now[static_cast<std::size_t>(owner)] = 1;
        EXPECT_EQ(check_for_leak(FramesByOwner{}, now).has_value(),
                  owner == abi::FrameOwner::page_table);
    }
}

TEST(LeakTest, frames_of_processes_that_live_are_no_leak) {
    EXPECT_FALSE(check_for_leak({7, 18, 11, "7 file"}));
}

TEST(LeakTest, more_and_fewer_frames_are_told_apart) {
    const auto more = check_for_leak({7, 19, 11, "8 file"}),
               fewer = check_for_leak({7, 17, 11, "6 file"});
    ASSERT_TRUE(more && fewer);
    EXPECT_EQ(more->kind, FindingKind::leak);
    EXPECT_THAT(more->title, HasSubstr("more frames"));
    EXPECT_THAT(fewer->title, HasSubstr("fewer frames"));
    EXPECT_EQ(more->detail,
              "7 frames in use before the first process; 19 at the end, 11 of them by processes; "
              "the others are: 8 file");
}

TEST(InvariantTest, every_title_is_different_and_free_of_numbers) {
    std::set<std::string_view> titles;
    for (unsigned n = 0; n < invariant_count; ++n) {
        const std::string_view title = title_of(static_cast<Invariant>(n));
        EXPECT_EQ(title.find_first_of("0123456789?"), std::string_view::npos) << title;
        EXPECT_TRUE(titles.insert(title).second) << title;
    }
}

}  // namespace
}  // namespace stampede
