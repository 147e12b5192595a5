// The audit of a kernel that tells nothing of itself: what is wrong has the title that it has on
// ours.
#include <gmock/gmock.h>

#include "harts/observe/audit/audit.h"
#include "harts/observe/audit/invariant.h"
#include "harts/observe/kernel/inferred_view.h"
#include "harts/observe/kernel/quiet_guest.h"

namespace stampede {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class InferredAudit : public testing::TestWithParam<int> {
protected:
    // Described while all is right, as after boot.
    explicit InferredAudit(int variant = GetParam())
        : guest_(variant), kernel_(describe_kernel(guest_.symbols(), guest_.ram()).value()) {}

    [[nodiscard]] AuditView view() { return inferred_view(guest_.ram(), kernel_).value(); }
    [[nodiscard]] std::vector<Finding> findings() { return audit_report(view()).findings; }
    [[nodiscard]] std::vector<std::string> titles() {
        std::vector<std::string> all;
        for (const Finding& finding : findings()) {
            all.push_back(finding.title);
        }
        return all;
    }
    [[nodiscard]] u64 shared(u64 page) { return guest_.frame_at(QuietGuest::shell, page); }
    void add_bits(unsigned slot, u64 page, u64 bits) {
        guest_.set_pte(slot, page, guest_.pte(slot, page) | bits);
    }
    static auto title(Invariant invariant) { return std::string(title_of(invariant)); }

    QuietGuest guest_;
    const KernelDescription kernel_;
};

class OneAudit : public InferredAudit {
protected:
    OneAudit() : InferredAudit(1) {}
};
class UncountedAudit : public InferredAudit {
protected:
    UncountedAudit() : InferredAudit(0) {}
};

INSTANTIATE_TEST_SUITE_P(Variants, InferredAudit, testing::Values(0, 1, 2, 3, 4, 5, 6));

TEST_P(InferredAudit, finds_nothing_where_all_is_right) { EXPECT_THAT(titles(), ElementsAre()); }

TEST_P(InferredAudit, shared_and_writable_is_found) {
    add_bits(QuietGuest::child, QuietGuest::text, Pte::w);
    EXPECT_THAT(titles(), ElementsAre(title(Invariant::SharedFrameWritable)));
}

TEST(InferredAuditOfMarkers, a_global_leaf_is_nothing_wrong_where_g_is_the_marker) {
    QuietGuest guest(1, Pte::g);
    const auto kernel = describe_kernel(guest.symbols(), guest.ram());
    ASSERT_TRUE(kernel) << kernel.error().message;
    EXPECT_THAT(audit_report(inferred_view(guest.ram(), *kernel).value()).findings, ElementsAre());
}

TEST_F(OneAudit, counts_are_held_against_mappings) {
    guest_.set_count(shared(QuietGuest::data), 3);
    guest_.set_count(shared(QuietGuest::text), 1);
    ASSERT_THAT(titles(),
                ElementsAre(title(Invariant::CountTooHigh), title(Invariant::CountTooLow)));
    EXPECT_THAT(findings()[0].detail, HasSubstr("count 3, mapped 2 times, owner user\n"
                                                "    mapped by pid 2 at 0x0000000000003000"));
}

TEST_F(OneAudit, guard_pages_count_as_users_pages) {
    guest_.set_count(shared(QuietGuest::guard), 1);
    EXPECT_THAT(titles(), ElementsAre(title(Invariant::CountTooLow)));
}

TEST_F(OneAudit, the_kernels_own_frames_have_the_count_that_they_had) {
    guest_.set_count(guest_.ram().load_u64({guest_.address_of("kernel_pagetable")}), 2);
    EXPECT_THAT(titles(), ElementsAre(title(Invariant::CountTooHigh)));
}

TEST_F(OneAudit, a_lost_frame_with_a_count_or_without_is_found) {
    const u64 frame = guest_.lose_frame();
    guest_.set_count(frame, 0);
    ASSERT_THAT(titles(), ElementsAre(title(Invariant::LostFrame)));
    EXPECT_THAT(findings()[0].detail, HasSubstr("count 0, mapped 0 times, owner nobody"));
    guest_.set_count(frame, 1);
    EXPECT_THAT(titles(), ElementsAre(title(Invariant::CountTooHigh)));
}

TEST_F(OneAudit, a_frame_that_the_kernel_points_to_is_not_lost) {
    const u64 frame = guest_.lose_frame();
    guest_.set_count(frame, 0);
    guest_.store(guest_.address_of("pipe"), frame);
    EXPECT_THAT(titles(), ElementsAre(title(Invariant::CountTooHigh)))
        << "the other one, which nobody points to any more";
}

TEST_F(OneAudit, what_a_sleeping_process_has_on_its_kernel_stack_is_not_lost) {
    const u64 frame = guest_.lose_frame();
    guest_.set_count(frame, 0);
    guest_.store(guest_.stack_memory(QuietGuest::shell) + 0xe00, frame);
    EXPECT_THAT(titles(), ElementsAre(title(Invariant::LostFrame))) << "below its stack pointer";
    guest_.store(guest_.stack_memory(QuietGuest::shell) + 0xf80, frame);
    EXPECT_THAT(titles(), ElementsAre());
}

TEST_F(OneAudit, free_and_mapped_is_found) {
    guest_.set_pte(QuietGuest::child, QuietGuest::own_page,
                   guest_.a_free_frame() >> 2 | QuietGuest::user | Pte::r);
    EXPECT_THAT(titles(), testing::Contains(title(Invariant::FreeFrameIsMapped)));
}

TEST_F(OneAudit, a_trap_frame_that_is_free_is_found) {
    guest_.store(guest_.a_free_frame(), guest_.frame_at(QuietGuest::child, QuietGuest::trapframe));
    EXPECT_THAT(titles(), testing::Contains(title(Invariant::FreeFrameIsMapped)));
}

TEST_F(OneAudit, a_free_list_that_comes_back_to_itself_is_found) {
    guest_.store(guest_.a_free_frame(), guest_.a_free_frame());
    EXPECT_THAT(titles(), ElementsAre(title(Invariant::FrameOnFreeListTwice)));
}

TEST_F(OneAudit, the_marker_excludes_write) {
    add_bits(QuietGuest::child, QuietGuest::own_page, 1 << 8);
    EXPECT_THAT(titles(), ElementsAre(title(Invariant::MarkerExcludesWrite)));
}

TEST_F(UncountedAudit, a_frame_that_is_lost_is_found) {
    guest_.lose_frame();
    ASSERT_THAT(titles(), ElementsAre(title(Invariant::LostFrame)));
    EXPECT_THAT(findings()[0].detail, HasSubstr("no count, mapped 0 times, owner nobody"));
}

TEST_P(InferredAudit, frames_in_use_before_and_after_are_compared) {
    const u64 before = count_frames(view(), 0).of_nobody();
    EXPECT_EQ(check_for_leak(count_frames(view(), before)), std::nullopt);
    guest_.lose_frame();
    const auto leak = check_for_leak(count_frames(view(), before));
    ASSERT_TRUE(leak);
    EXPECT_EQ(leak->title, "more frames are in use at the end than at the beginning");
    EXPECT_THAT(leak->detail, HasSubstr("frames in use by no process where the workload began; "));
}

TEST_P(InferredAudit, a_process_lookup_knows_page_tables) {
    const auto process =
        inferred_processes(guest_.ram(), kernel_).value().process(QuietGuest::child);
    ASSERT_TRUE(process);
    EXPECT_EQ(process->pid, 3u);
    EXPECT_TRUE(process->has_page_table());
    EXPECT_EQ(view().process(10), std::nullopt) << "a slot that is UNUSED";
}

}  // namespace
}  // namespace stampede
