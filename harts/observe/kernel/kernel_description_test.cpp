// Kernels that count references in several ways, in several versions of DWARF (test_kernel/), with
// memory made by hand: what is inferred of them, and where that is refused.
#include "harts/observe/kernel/kernel_description.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstddef>

#include "harts/observe/kernel/quiet_guest.h"

namespace stampede {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

KernelDescription described(QuietGuest& guest, const std::string& said = "") {
    auto kernel = describe_kernel(guest.symbols(), guest.ram(),
                                  DescriptionFile::parse(said, "kernel.txt").value());
    EXPECT_TRUE(kernel) << kernel.error().message;
    return kernel.value_or(KernelDescription{});
}

std::string complaint(QuietGuest& guest, const std::string& said = "") {
    const auto kernel = describe_kernel(guest.symbols(), guest.ram(),
                                        DescriptionFile::parse(said, "kernel.txt").value());
    return kernel ? "" : kernel.error().message;
}

struct Counted {
    int variant;
    const char* text;
    u64 width;
};

class KernelThatCounts : public testing::TestWithParam<Counted> {};

INSTANTIATE_TEST_SUITE_P(Variants, KernelThatCounts,
                         testing::Values(Counted{1, "refs[pa/4096]", 4},
                                         Counted{2, "table.counts[(pa-KERNBASE)/4096]", 1},
                                         Counted{3, "counts[(pa-end)/4096]", 2},
                                         Counted{4, "pages[(pa-KERNBASE)/4096].refs", 4},
                                         Counted{5, "counters[(pa-page_start)/4096].n", 8}));

TEST_P(KernelThatCounts, has_its_formula_found_whatever_free_frames_have) {
    QuietGuest guest(GetParam().variant);
    const KernelDescription kernel = described(guest);
    ASSERT_TRUE(kernel.counts) << kernel.counts.how;
    EXPECT_EQ(kernel.counts->text, GetParam().text);
    EXPECT_EQ(kernel.counts->width, GetParam().width);
    EXPECT_THAT(kernel.counts.how, HasSubstr("agreed with 3 of 3 shared frames and 13 of 13"));
    const u64 shared = guest.frame_at(QuietGuest::shell, QuietGuest::data);
    EXPECT_EQ(count_at(*kernel.counts, guest.ram(), *kernel.frames, shared), 2);
    ASSERT_TRUE(kernel.kernel_count) << kernel.kernel_count.how;
    EXPECT_EQ(*kernel.kernel_count, 1);
}

TEST_P(KernelThatCounts, has_its_frames_and_free_lists_found) {
    QuietGuest guest(GetParam().variant);
    const KernelDescription kernel = described(guest);
    ASSERT_TRUE(kernel.frames);
    EXPECT_EQ(kernel.frames->first, guest.first_frame()) << "behind what counts lie in";
    EXPECT_EQ(kernel.frames->end, test_kernel::physical_end);
    ASSERT_TRUE(kernel.free_lists);
    EXPECT_EQ(kernel.free_lists->heads.size(), GetParam().variant == 5 ? 4u : 1u)
        << "not those of the structure that looks alike: " << kernel.free_lists.how;
    EXPECT_THAT(kernel.free_lists.how, StartsWith("kmem"));
}

TEST(KernelDescription, processes_and_harts_are_found_by_their_members) {
    QuietGuest guest(1);
    const KernelDescription kernel = described(guest);
    const ProcessTable& processes = *kernel.processes;
    EXPECT_EQ(processes.address, guest.address_of("proc"));
    EXPECT_EQ(processes.stride, sizeof(test_kernel::proc));
    EXPECT_EQ(processes.count, static_cast<u64>(test_kernel::slots));
    EXPECT_EQ(processes.pid.offset, offsetof(test_kernel::proc, pid));
    EXPECT_EQ(processes.page_table.offset, offsetof(test_kernel::proc, pagetable));
    EXPECT_EQ(processes.trapframe->offset, offsetof(test_kernel::proc, trapframe));
    EXPECT_EQ(processes.saved_stack_pointer->offset, offsetof(test_kernel::proc, context.sp));
    EXPECT_EQ(processes.state_name(test_kernel::ZOMBIE), "ZOMBIE");
    ASSERT_TRUE(kernel.harts);
    EXPECT_EQ(kernel.harts->address, guest.address_of("cpus"));
    EXPECT_EQ(kernel.harts->interrupts_off_depth.offset, offsetof(test_kernel::cpu, noff));
    EXPECT_EQ(*kernel.allocate, guest.address_of("kalloc"));
    EXPECT_EQ(*kernel.free, guest.address_of("kfree"));
}

TEST(KernelDescription, locks_are_named_with_what_they_stand_in) {
    QuietGuest guest(2);
    const KernelDescription kernel = described(guest);
    std::vector<std::string> names;
    for (const LockVariable& lock : *kernel.locks) {
        names.push_back(lock.name);
    }
    EXPECT_THAT(names, testing::IsSupersetOf({"kmem.lock", "table.lock", "proc[3].lock"}));
    EXPECT_THAT(kernel.locks.how, StartsWith("18: "));
}

TEST(KernelDescription, user_addresses_end_where_trap_frames_are_mapped) {
    QuietGuest guest(1);
    EXPECT_EQ(described(guest).user->end, QuietGuest::trapframe);
    EXPECT_EQ(described(guest).user->trampoline, QuietGuest::trampoline);
}

TEST(KernelDescription, the_marker_is_a_bit_of_shared_leaves_that_no_writable_one_has) {
    for (const u64 bit : {5, 8, 9}) {
        QuietGuest guest(1, u64{1} << bit);
        EXPECT_EQ(*described(guest).marker, u64{1} << bit);
    }
    QuietGuest guest(1);
    guest.set_pte(QuietGuest::shell, QuietGuest::own_page,
                  guest.pte(QuietGuest::shell, QuietGuest::own_page) | 1 << 8);
    EXPECT_FALSE(described(guest).marker);
}

TEST(KernelDescription, a_kernel_without_counts_has_none_inferred) {
    QuietGuest guest(0);
    const KernelDescription kernel = described(guest);
    EXPECT_FALSE(kernel.counts);
    EXPECT_THAT(kernel.counts.how,
                HasSubstr("no array of integers agrees with the 3 shared frames, the best with 0"));
    EXPECT_FALSE(kernel.kernel_count);
}

TEST(KernelDescription, counts_are_refused_where_nothing_is_shared) {
    QuietGuest guest(1);
    for (const u64 page : {QuietGuest::text, QuietGuest::guard, QuietGuest::data}) {
        guest.set_count(guest.frame_at(QuietGuest::child, page), 1);
        guest.set_pte(QuietGuest::child, page, 0);
    }
    const KernelDescription kernel = described(guest);
    EXPECT_FALSE(kernel.counts) << "an array of ones would agree too";
    EXPECT_THAT(kernel.counts.how, HasSubstr("0 frames are mapped more than once"));
}

TEST(KernelDescription, two_formulas_that_agree_are_refused_and_a_line_tells_which) {
    QuietGuest guest(6);
    const KernelDescription kernel = described(guest);
    EXPECT_FALSE(kernel.counts);
    EXPECT_THAT(
        kernel.counts.how,
        AllOf(HasSubstr("2 formulas agree with the 3 shared frames, expected one"),
              HasSubstr("refs[(pa-KERNBASE)/4096]"), HasSubstr("copies[(pa-KERNBASE)/4096]")));
    const KernelDescription told = described(guest, "counts copies");
    ASSERT_TRUE(told.counts) << told.counts.how;
    EXPECT_EQ(
        told.counts->address,
        guest.address_of("copies") + (told.frames->first - test_kernel::kernbase) / page_size * 4);
    EXPECT_THAT(told.counts.how, HasSubstr("said by kernel.txt:1"));
}

TEST(KernelDescription, the_same_integers_by_another_name_are_no_second_formula) {
    QuietGuest guest(3);
    guest.store(guest.address_of("pipe"), guest.first_frame());  // one more origin
    guest.store(guest.address_of("waiters"), guest.end());
    EXPECT_EQ(described(guest).counts.value.value_or(CountFormula{}).text, "counts[(pa-end)/4096]");
}

TEST(KernelDescription, most_counts_may_agree_where_some_are_wrong) {
    QuietGuest guest(1);
    guest.set_count(guest.frame_at(QuietGuest::shell, QuietGuest::own_page), 7);
    EXPECT_TRUE(described(guest).counts) << "one of 13";
    guest.set_count(guest.frame_at(QuietGuest::shell, QuietGuest::data), 1);
    EXPECT_FALSE(described(guest).counts) << "one of 3 that are shared";
    guest.set_count(guest.frame_at(QuietGuest::shell, QuietGuest::data), 2);
    guest.set_count(guest.frame_at(QuietGuest::child, QuietGuest::own_page), 7);
    EXPECT_FALSE(described(guest).counts) << "two of 13";
}

TEST(KernelDescription, a_moment_at_which_a_process_is_awake_is_refused) {
    QuietGuest guest(1);
    guest.set_state(QuietGuest::child, test_kernel::ZOMBIE);
    EXPECT_EQ(complaint(guest), "");
    for (const auto& [state, name] : {std::pair{test_kernel::RUNNABLE, "RUNNABLE"},
                                      {test_kernel::RUNNING, "RUNNING"},
                                      {test_kernel::USED, "USED"}}) {
        guest.set_state(QuietGuest::child, state);
        EXPECT_THAT(complaint(guest),
                    HasSubstr(fmt::format("pid 3 is {}, expected a moment at which all processes "
                                          "sleep",
                                          name)));
    }
}

TEST(KernelDescription, what_a_description_says_goes_before_what_is_found) {
    QuietGuest guest(1);
    const KernelDescription kernel =
        described(guest,
                  "counts refs index (pa-0)/4096\nallocate kfree\nfree-list kmem.freelist\n"
                  "processes proc\nend 0x80800000\nmarker 9\n");
    EXPECT_EQ(kernel.counts->text, "refs[pa/4096]");
    EXPECT_EQ(*kernel.allocate, guest.address_of("kfree"));
    EXPECT_EQ(*kernel.marker, u64{1} << 9);
    EXPECT_THAT(kernel.free_lists.how, HasSubstr("said by kernel.txt:3"));
    EXPECT_FALSE(described(guest, "counts none").counts);
    QuietGuest other(2);
    EXPECT_THAT(described(other, "counts table.counts index (pa-PGROUNDUP(end))/4096").counts.how,
                AllOf(StartsWith("table.counts[(pa-PGROUNDUP(end))/4096], 1 bytes each"),
                      HasSubstr("agreed with 0 of 3 shared frames")));
}

TEST(KernelDescription, what_a_description_says_and_a_kernel_lacks_is_an_error) {
    QuietGuest guest(1);
    EXPECT_THAT(complaint(guest, "\ncounts reffs"),
                HasSubstr("kernel.txt:2: `counts reffs`: no such array"));
    EXPECT_THAT(complaint(guest, "counts proc[0].name"),
                HasSubstr("`counts proc[0].name`: no such array"))
        << "one for each frame";
    QuietGuest short_array(2);
    EXPECT_THAT(complaint(short_array, "counts table.counts index pa/4096"),
                HasSubstr("`counts table.counts`: by this index not every frame's count lies in"));
    EXPECT_THAT(complaint(guest, "counts refs index (pa-nowhere)/4096"),
                HasSubstr("kernel.txt:1: `nowhere`, expected a number"));
    EXPECT_THAT(complaint(guest, "counts refs index (pa-0x80000000)/4096\n"), "")
        << "agreement is not demanded of what is said";
    EXPECT_THAT(complaint(guest, "allocate page_alloc"),
                HasSubstr("kernel.txt:1: page_alloc: no such function"));
    EXPECT_THAT(complaint(guest, "processes cpus"),
                HasSubstr("kernel.txt:1: `processes cpus`: no such array"));
    EXPECT_THAT(complaint(guest, "free-list kmem.head"),
                HasSubstr("kernel.txt:1: `free-list kmem.head`: no such"));
    EXPECT_THAT(complaint(guest, "end 0x90000000"),
                HasSubstr("kernel.txt:1: frames end at 0x90000000"));
}

TEST(KernelDescription, an_explanation_has_a_line_for_each_with_how_it_was_found) {
    QuietGuest guest(4);
    const std::string text = described(guest).explain();
    for (const char* line : {"  processes         proc[16]", "  harts             cpus[4]",
                             "  allocate          kalloc, by its name",
                             "  free lists        kmem.freelist, by its shape",
                             "  counts            pages[(pa-KERNBASE)/4096].refs, 4 bytes each, "
                             "signed, agreed with 3 of 3",
                             "  marker            bit 8 in 4 leaves of shared frames",
                             "  kernel page table kernel_pagetable at "}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
    EXPECT_THAT(text, testing::Not(HasSubstr("not found")));
    QuietGuest without(0);
    EXPECT_THAT(described(without).explain(), HasSubstr("  counts            not found: no array"));
}

TEST(KernelDescription, any_memory_is_refused_or_described) {
    for (u64 seed = 1; seed <= 40; ++seed) {
        QuietGuest guest(1 + static_cast<int>(seed % 5));
        u64 state = seed * 0x9e37'79b9'7f4a'7c15;
        const auto random = [&] {
            return state = state * 6364136223846793005 + 1442695040888963407;
        };
        for (int n = 0; n < 2000; ++n) {
            const u64 at = test_kernel::kernbase + random() % (u64{8} << 20) / 8 * 8;
            // what a kernel's words look like: PTEs and addresses
            const u64 value = test_kernel::kernbase + random() % (u64{8} << 20);
            guest.ram().store_u64({at}, random() % 2 ? value : value >> 2 | (random() & 0x3ff));
        }
        const auto kernel = describe_kernel(guest.symbols(), guest.ram());
        EXPECT_NE(kernel ? kernel->explain() : kernel.error().message, "");
    }
}

}  // namespace
}  // namespace stampede
