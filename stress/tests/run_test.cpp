// Runs of the real kernels.
#include "stress/run/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "stress/tests/guest_files.h"
#include "stress/tests/guest_memory.h"

namespace stampede {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

RunSetup setup_for(const std::string& workload, const std::string& words,
                   const std::string& policy = "kmem") {
    const Guest guest = guest_of(policy);
    RunSetup setup;
    setup.machine.harts = 2;
    setup.machine.bootargs = guest.start({workload, words})->bootargs;
    setup.kernel = guest.kernel;
    setup.user_program = guest.program(workload);
    setup.limit = std::chrono::seconds(300);  // a hang guard
    setup.look = std::chrono::milliseconds(20);
    return setup;
}

std::vector<std::string> titles_of(const RunOutcome& outcome) {
    std::vector<std::string> titles;
    for (const Finding& finding : outcome.findings) {
        titles.push_back(finding.title);
    }
    return titles;
}

TEST(Run, a_passing_workload_is_audited_and_leaks_nothing) {
    std::string said;
    const auto outcome = run_quietly(setup_for("simplefork", "seed=1"), &said);
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->verdict(), Verdict::Passed) << said;
    EXPECT_EQ(outcome->end, RunEnd::Finished);
    EXPECT_EQ(outcome->exit_status, 0u);
    EXPECT_TRUE(outcome->audited);
    EXPECT_GT(outcome->frames.total, 30'000u);
    EXPECT_EQ(outcome->frames.free_before, outcome->frames.free_after);
    EXPECT_GT(outcome->frames.peak, 5u);
    EXPECT_GT(outcome->cow.copied + outcome->cow.taken_over, 0u);
    ASSERT_THAT(outcome->instructions, SizeIs(2));
    EXPECT_GT(outcome->instructions[0] + outcome->instructions[1], 100'000u);
    EXPECT_THAT(said, HasSubstr("driver: simplefork passed"));
    EXPECT_EQ(oracle_list_text(outcome->oracles),
              "failed checks, console, traps, devices, watchdog, audit, frame ledger, end status, "
              "stale translations; "
              "off: audit at any instant (a thread a hart), races (no --race)");
}

TEST(Run, a_kernel_that_is_no_longer_the_one_is_refused_by_name) {
    RunSetup setup = setup_for("simplefork", "seed=1");
    setup.kernel_hash = "0123456789abcdef";
    const auto outcome = run_quietly(setup);
    ASSERT_FALSE(outcome);
    EXPECT_THAT(
        outcome.error().message,
        testing::MatchesRegex(".*kernel-kmem.elf: is another kernel than when stress began: "
                              "it was 0123456789abcdef then, and is [0-9a-f]{16} now"));
}

TEST(Run, operations_are_counted_and_end_the_workload) {
    const auto outcome = run_quietly(setup_for("getpid", "seconds=600 ops=3000 seed=1"));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->verdict(), Verdict::Passed);
    EXPECT_EQ(outcome->operations, 3000u);
}

TEST(Run, a_failing_check_is_a_finding_with_the_programs_stack) {
    const auto outcome = run_quietly(setup_for("cowtest", "seconds=1 seed=1", "eager"));
    ASSERT_TRUE(outcome);
    ASSERT_THAT(titles_of(*outcome), ElementsAre("fork() failed"));
    const Finding& finding = outcome->findings.front();
    EXPECT_EQ(finding.kind, FindingKind::check_failed);
    EXPECT_TRUE(finding.where.pid);
    ASSERT_THAT(finding.stacks, SizeIs(1));
    std::vector<std::string> functions;
    for (const SourceLocation& frame : finding.stacks[0].frames) {
        functions.push_back(frame.function);
    }
    EXPECT_THAT(functions, Contains(HasSubstr("simple")));
    EXPECT_EQ(functions.back(), "_start");
    EXPECT_TRUE(outcome->audited) << "a workload that fails is audited too";
}

TEST(Run, the_time_limit_is_a_finding_that_tells_what_each_hart_did) {
    RunSetup setup = setup_for("forkbomb", "seconds=600 seed=1");
    setup.machine.harts = 3;
    setup.limit = std::chrono::seconds(1);
    const auto outcome = run_quietly(setup);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->end, RunEnd::Timeout);
    ASSERT_THAT(outcome->findings, SizeIs(1));
    const Finding& finding = outcome->findings.front();
    EXPECT_EQ(finding.kind, FindingKind::timeout);
    EXPECT_THAT(finding.stacks, SizeIs(3));
    for (const char* hart : {"hart 0: ", "hart 1: ", "hart 2: "}) {
        EXPECT_THAT(finding.detail, HasSubstr(hart));
    }
}

TEST(Run, provoked_traps_of_programs_are_findings_only_where_nobody_expects_them) {
    RunSetup setup = setup_for("fault", "seed=1");
    const auto unexpected = run_quietly(setup);
    ASSERT_TRUE(unexpected);
    EXPECT_THAT(titles_of(*unexpected), Contains("of a user program: illegal instruction"));
    setup.user_traps = RunFacts::UserTraps::Provoked;
    const auto expected = run_quietly(setup);
    ASSERT_TRUE(expected);
    EXPECT_EQ(expected->verdict(), Verdict::Passed);
}

TEST(Run, a_run_without_copy_on_write_is_a_finding_where_it_is_expected) {
    RunSetup setup = setup_for("simplefork", "seed=1", "eager");
    setup.copy_on_write = RunFacts::CopyOnWrite::Missing;
    const auto copying = run_quietly(setup);
    ASSERT_TRUE(copying);
    EXPECT_THAT(titles_of(*copying), ElementsAre(HasSubstr("nothing was copied or taken over")));
    setup.kernel = guest_of("kmem").kernel;
    const auto sharing = run_quietly(setup);
    ASSERT_TRUE(sharing);
    EXPECT_EQ(sharing->verdict(), Verdict::Passed);
}

TEST(Run, enough_findings_end_the_run) {
    RunSetup setup = setup_for("fault", "seed=1");
    setup.max_findings = 1;
    setup.look = std::chrono::milliseconds(1);
    const auto outcome = run_quietly(setup);
    ASSERT_TRUE(outcome);
    EXPECT_GE(outcome->findings.size(), 1u);
}

TEST(Run, the_trace_tells_system_calls_faults_and_switches_by_process) {
    RunSetup setup = setup_for("simplefork", "seed=1");
    setup.trace = testing::TempDir() + "run-trace-" + std::to_string(::getpid());
    ASSERT_TRUE(run_quietly(setup));
    std::ostringstream bytes;
    bytes << std::ifstream(*setup.trace).rdbuf();
    std::filesystem::remove(*setup.trace);
    const std::string trace = bytes.str();
    EXPECT_THAT(trace, testing::ContainsRegex("[0-9]\\.[0-9]{7} [01] 1 fork\\(\\)\n"));
    EXPECT_THAT(trace, testing::ContainsRegex(" [01] 1 fork = [0-9]+\n"));
    EXPECT_THAT(trace,
                testing::ContainsRegex(" [01] [0-9]+ fault store 0x[0-9a-f]+ at 0x[0-9a-f]+\n"));
    EXPECT_THAT(trace, testing::ContainsRegex(" [01] [2-9] switch\n"));
    EXPECT_THAT(trace, HasSubstr(" 1 shutdown(0x0)\n"));
}

// The unlocked counts lose updates within a second or two; how soon depends on the host, so it gets
// some tries.
TEST(Run, the_seeded_bug_is_found) {
    for (int attempt = 1; attempt <= 20; ++attempt) {
        RunSetup setup = setup_for("forkbomb", "seconds=2 seed=" + std::to_string(attempt),
                                   "seeded_bug_unlocked_counts");
        setup.machine.harts = 8;
        const auto outcome = run_quietly(setup);
        ASSERT_TRUE(outcome);
        if (outcome->verdict() == Verdict::Findings) {
            SUCCEED() << "in attempt " << attempt;
            return;
        }
    }
    FAIL() << "20 runs of a kernel whose counts have no lock found nothing";
}

// --- the kernel's memory broken on purpose, once an invariant ------------------------------------

// What the audit says when `damage` was done to the memory of a kernel that is right.
std::vector<std::string> titles_after(const std::function<void(GuestMemory&)>& damage) {
    RunListeners listeners;
    listeners.quiescent = [&](Machine& machine, PhysAddr table) {
        GuestMemory memory(machine.ram(), table);
        damage(memory);
    };
    const auto outcome = run_quietly(setup_for("simplefork", "seed=1"), nullptr, listeners);
    if (!outcome) {
        return {outcome.error().message};
    }
    EXPECT_TRUE(outcome->audited);
    return titles_of(*outcome);
}

constexpr u64 ppn_bits = ((u64{1} << 44) - 1) << 10;

TEST(AuditOfTheKernel, memory_that_is_left_alone_is_sound) {
    EXPECT_THAT(titles_after([](GuestMemory&) {}), ElementsAre());
}

TEST(AuditOfTheKernel, a_count_one_too_high) {
    EXPECT_THAT(titles_after([](GuestMemory& memory) {
                    memory.add_to_count(memory.leaves().front().frame, 1);
                }),
                ElementsAre("a frame's count is higher than its references"));
}

TEST(AuditOfTheKernel, a_count_one_too_low) {
    EXPECT_THAT(titles_after([](GuestMemory& memory) {
                    memory.add_to_count(memory.leaves().front().frame, -1);
                }),
                ElementsAre("a frame's count is lower than its references"));
}

TEST(AuditOfTheKernel, a_frame_twice_on_the_free_list) {
    EXPECT_THAT(titles_after([](GuestMemory& memory) {
                    const std::vector<u64> free = memory.free_frames(3);
                    ASSERT_THAT(free, SizeIs(3));
                    memory.set_next_free(free[2], memory.address_of(free[1]));
                }),
                ElementsAre("a frame is on the free lists twice"));
}

TEST(AuditOfTheKernel, a_lost_frame) {
    EXPECT_THAT(titles_after([](GuestMemory& memory) {
                    const std::vector<u64> free = memory.free_frames(3);
                    ASSERT_THAT(free, SizeIs(3));
                    memory.set_next_free(free[0], memory.next_free(free[1]));
                }),
                ElementsAre("a frame without references is on no free list"));
}

TEST(AuditOfTheKernel, a_writable_pte_with_the_marker) {
    EXPECT_THAT(titles_after([](GuestMemory& memory) {
                    const GuestMemory::Leaf leaf = memory.leaf_with(Pte::w, 0);
                    memory.set_pte(leaf, leaf.pte.bits | memory.marker());
                }),
                ElementsAre("a PTE is writable and marked copy-on-write"));
}

TEST(AuditOfTheKernel, a_global_user_page) {
    EXPECT_THAT(titles_after([](GuestMemory& memory) {
                    const GuestMemory::Leaf& leaf = memory.leaves().front();
                    memory.set_pte(leaf, leaf.pte.bits | Pte::g);
                }),
                ElementsAre("a user PTE is global"));
}

// Another page takes the place of one, whose frame is freed as it should be: nothing else is wrong.
TEST(AuditOfTheKernel, a_writable_pte_to_a_shared_frame) {
    EXPECT_THAT(titles_after([](GuestMemory& memory) {
                    const GuestMemory::Leaf writable = memory.leaf_with(Pte::w, 0),
                                            other = memory.leaf_with(Pte::x, Pte::w);
                    memory.set_pte(other,
                                   (other.pte.bits & ~ppn_bits) | (writable.pte.bits & ppn_bits));
                    memory.add_to_count(writable.frame, 1);
                    memory.free(other.frame);
                }),
                Contains("a shared frame is mapped writable"));
}

TEST(AuditOfTheKernel, a_pte_outside_ram) {
    EXPECT_THAT(titles_after([](GuestMemory& memory) {
                    const GuestMemory::Leaf leaf = memory.leaf_with(Pte::x, Pte::w);
                    memory.set_pte(leaf, (leaf.pte.bits & ~ppn_bits) | 0x1000'0000 >> 2);
                    memory.free(leaf.frame);
                }),
                Contains("a user PTE points outside RAM"));
}

}  // namespace
}  // namespace stampede
