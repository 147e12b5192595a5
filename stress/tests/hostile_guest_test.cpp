// Guests that no harness should fall over: each ends in a finding or an error that names the thing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "stress/tests/guest_files.h"

namespace stampede {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

RunSetup setup_for(const std::filesystem::path& kernel) {
    RunSetup setup;
    setup.machine.harts = 2;
    setup.kernel = kernel;
    // a hang guard: nothing here should come to it but the test of it
    setup.limit = std::chrono::seconds(60);
    setup.look = milliseconds(5);
    setup.audit = RunFacts::Audit::NotExpected;
    setup.watchdog = {.instructions_with_interrupts_off = 2'000'000,
                      .instructions_without_progress = 2'000'000,
                      .looks_asleep = 3};
    return setup;
}

RunOutcome run_hostile(const std::string& name) {
    Result<RunOutcome> outcome = run_quietly(setup_for(hostile_file(name)));
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome.value_or(RunOutcome{});
}

// The one finding of a run.
Finding only_finding(const RunOutcome& outcome) {
    EXPECT_THAT(outcome.findings, SizeIs(1));
    return outcome.findings.empty() ? Finding{} : outcome.findings.front();
}

TEST(HostileGuest, a_jump_into_nowhere_is_named) {
    const RunOutcome outcome = run_hostile("jumps_into_nowhere");
    const Finding finding = only_finding(outcome);
    EXPECT_EQ(outcome.end, RunEnd::DeadHandler);
    EXPECT_EQ(finding.kind, FindingKind::guest_trap);
    EXPECT_EQ(finding.title, "instruction access fault without a trap handler that can run");
    EXPECT_THAT(finding.detail, HasSubstr("address 0x18000000"));
    EXPECT_EQ(finding.where.source.pc, 0x18000000u);
}

TEST(HostileGuest, an_access_where_no_device_is_is_named_with_its_function) {
    const Finding finding = only_finding(run_hostile("touches_no_device"));
    EXPECT_EQ(finding.title, "load access fault without a trap handler that can run");
    EXPECT_THAT(finding.detail, HasSubstr("address 0x18000000"));
    EXPECT_EQ(finding.where.source.function, "the_load");
}

TEST(HostileGuest, an_illegal_instruction_is_named_with_its_function) {
    const Finding finding = only_finding(run_hostile("executes_garbage"));
    EXPECT_EQ(finding.title, "illegal instruction without a trap handler that can run");
    EXPECT_EQ(finding.where.source.function, "the_garbage");
}

TEST(HostileGuest, a_loop_with_interrupts_off_is_no_progress) {
    const RunOutcome outcome = run_hostile("loops_without_interrupts");
    const Finding finding = only_finding(outcome);
    EXPECT_EQ(outcome.end, RunEnd::Stuck);
    EXPECT_EQ(finding.kind, FindingKind::no_progress);
    EXPECT_THAT(finding.title, HasSubstr("interrupts off"));
    EXPECT_EQ(finding.where.hart, 0u);
    EXPECT_EQ(finding.where.source.function, "endless_loop");
    EXPECT_THAT(finding.detail, HasSubstr("hart 1: machine at wait"));
    EXPECT_THAT(finding.detail, HasSubstr("waits for an interrupt that nothing will raise"));
    EXPECT_THAT(finding.stacks, SizeIs(2));
}

TEST(HostileGuest, harts_that_all_sleep_for_ever_are_no_progress) {
    EXPECT_THAT(only_finding(run_hostile("sleeps_for_ever")).title,
                HasSubstr("no interrupt can wake"));
}

TEST(HostileGuest, harts_that_all_spin_are_no_progress_and_the_lock_is_named) {
    const Finding finding = only_finding(run_hostile("spins_for_ever"));
    EXPECT_EQ(finding.kind, FindingKind::no_progress);
    EXPECT_THAT(finding.detail, HasSubstr("spins on the_lock"));
}

TEST(HostileGuest, a_program_that_faults_for_ever_is_no_progress_and_named) {
    RunSetup setup = setup_for(hostile_file("faults_for_ever"));
    setup.user_program = setup.kernel;  // where the program's names are
    const RunOutcome outcome = run_quietly(setup).value_or(RunOutcome{});
    const Finding finding = only_finding(outcome);
    EXPECT_EQ(outcome.end, RunEnd::EndlessFault);
    EXPECT_EQ(finding.kind, FindingKind::no_progress);
    EXPECT_EQ(finding.title, "a program faults for ever in the_load: load access fault");
    EXPECT_THAT(finding.detail, HasSubstr("address 0x18000000"));
    EXPECT_EQ(finding.where.hart, 0u);
}

TEST(HostileGuest, a_program_that_goes_on_between_its_faults_makes_progress) {
    const RunOutcome outcome = run_hostile("faults_and_goes_on");
    EXPECT_EQ(outcome.end, RunEnd::Finished);
    EXPECT_THAT(outcome.findings, SizeIs(0));
}

TEST(HostileGuest, a_stack_through_a_trap_in_the_kernel_has_the_function_that_trapped) {
    const Finding finding = only_finding(run_hostile("traps_in_the_kernel"));
    EXPECT_EQ(finding.kind, FindingKind::panic);
    ASSERT_THAT(finding.stacks, SizeIs(1));
    std::vector<std::string> functions;
    for (const SourceLocation& frame : finding.stacks[0].frames) {
        functions.push_back(frame.function);
    }
    EXPECT_THAT(functions, ElementsAre("panic_now", "vector", "the_trapper", "the_caller"));
}

TEST(HostileGuest, a_failing_end_is_a_finding_that_quotes_the_last_line) {
    const RunOutcome outcome = run_hostile("fails");
    const Finding finding = only_finding(outcome);
    EXPECT_EQ(outcome.end, RunEnd::Finished);
    EXPECT_EQ(outcome.exit_status, 7u);
    EXPECT_EQ(finding.title, "the guest failed, saying: page N is gone");
    EXPECT_THAT(finding.detail, HasSubstr("page 12 is gone"));
}

TEST(HostileGuest, a_status_that_only_the_guest_call_tells_is_a_finding_too) {
    const RunOutcome outcome = run_hostile("says_it_failed");
    EXPECT_EQ(outcome.exit_status, 0u);
    EXPECT_THAT(only_finding(outcome).detail, HasSubstr("by the guest call done 3"));
}

TEST(HostileGuest, an_end_without_an_audit_is_a_finding_where_one_is_expected) {
    RunSetup setup = setup_for(hostile_file("passes"));
    const auto unasked = run_quietly(setup);
    ASSERT_TRUE(unasked);
    EXPECT_EQ(unasked->verdict(), Verdict::Passed);
    setup.audit = RunFacts::Audit::Missing;
    const auto outcome = run_quietly(setup);
    ASSERT_TRUE(outcome);
    EXPECT_THAT(only_finding(*outcome).title, HasSubstr("without a quiescent point"));
}

TEST(HostileGuest, a_panic_without_a_word_has_a_title) {
    const RunOutcome outcome = run_hostile("panics_without_a_word");
    const auto panic = std::ranges::find(outcome.findings, FindingKind::panic, &Finding::kind);
    ASSERT_NE(panic, outcome.findings.end());
    EXPECT_EQ(panic->title, "the kernel says no reason");
}

TEST(HostileGuest, a_panic_ends_the_run_even_if_the_kernel_does_not) {
    const RunOutcome outcome = run_hostile("panics_and_stays");
    const auto panic = std::ranges::find(outcome.findings, FindingKind::panic, &Finding::kind);
    ASSERT_NE(panic, outcome.findings.end());
    EXPECT_EQ(panic->title, "no slot N left");
    EXPECT_THAT(panic->detail, HasSubstr("no slot 17 left\nhart 0"));
}

TEST(HostileGuest, endless_talk_is_cut_off_by_the_time_limit_and_kept_in_bounds) {
    RunSetup setup = setup_for(hostile_file("talks_for_ever"));
    setup.limit = std::chrono::seconds(1);
    setup.watchdog = {};
    std::string said;
    const auto outcome = run_quietly(setup, &said);
    ASSERT_TRUE(outcome);
    const Finding finding = only_finding(*outcome);
    EXPECT_EQ(outcome->end, RunEnd::Timeout);
    EXPECT_EQ(finding.kind, FindingKind::timeout);
    EXPECT_THAT(finding.detail, HasSubstr("hart 0: machine at "));
    EXPECT_THAT(finding.stacks, SizeIs(2));
    EXPECT_LT(said.size(), 1'000'000u);
    EXPECT_TRUE(said.starts_with("the same line again"));
}

const std::vector<OracleReport> off_for_any_guest{{"audit at any instant", "a thread a hart"},
                                                  {"races", "no --race"}};

TEST(HostileGuest, an_oracle_that_it_does_not_feed_is_off_and_is_named) {
    EXPECT_THAT(run_hostile("passes").oracles,
                ElementsAre(OracleReport{"failed checks", "the guest makes no guest calls"},
                            OracleReport{"console", ""}, OracleReport{"traps", ""},
                            OracleReport{"devices", ""}, OracleReport{"watchdog", ""},
                            OracleReport{"audit", "the guest announces no audit table"},
                            OracleReport{"frame ledger", "the guest tells of no frames"},
                            off_for_any_guest[0], OracleReport{"end status", ""},
                            off_for_any_guest[1], OracleReport{"stale translations", ""}));
    const std::vector<OracleReport> of_announcing = run_hostile("announces_nonsense").oracles;
    EXPECT_THAT(of_announcing, Contains(OracleReport{"audit", ""}));
    EXPECT_THAT(of_announcing, Contains(OracleReport{"failed checks", ""}));
    EXPECT_THAT(of_announcing,
                Contains(OracleReport{"frame ledger", "the guest tells of no frames"}));
}

TEST(HostileGuest, an_oracle_that_it_is_known_not_to_feed_is_not_even_asked) {
    RunSetup setup = setup_for(hostile_file("announces_nonsense"));
    setup.guest = {Feed::GuestCalls};
    const RunOutcome outcome = run_quietly(setup).value_or(RunOutcome{});
    EXPECT_THAT(outcome.findings, SizeIs(0)) << "the audit would say that the table is malformed";
    EXPECT_THAT(outcome.oracles,
                Contains(OracleReport{"audit", "the guest announces no audit table"}));
    EXPECT_THAT(outcome.oracles, Contains(OracleReport{"failed checks", ""}));
}

TEST(HostileGuest, one_that_never_comes_to_rest_is_not_audited_and_that_is_named) {
    EXPECT_THAT(run_hostile("announces_and_ends").oracles,
                Contains(OracleReport{"audit", "the guest came to no quiescent point"}));
}

TEST(HostileGuest, nonsense_in_place_of_an_audit_table_is_a_finding) {
    for (const char* name : {"announces_nonsense", "announces_nowhere"}) {
        const RunOutcome outcome = run_hostile(name);
        EXPECT_EQ(outcome.end, RunEnd::Finished) << name;
        EXPECT_EQ(only_finding(outcome).title, "the audit table is malformed") << name;
    }
}

TEST(HostileGuest, checks_that_differ_in_numbers_are_one_finding) {
    const RunOutcome outcome = run_hostile("fails_a_check");
    const Finding finding = only_finding(outcome);
    EXPECT_EQ(finding.kind, FindingKind::check_failed);
    EXPECT_EQ(finding.title, "byte N of page N is wrong");
    EXPECT_EQ(finding.detail, "byte 17 of page 3 is wrong");
    EXPECT_EQ(finding.count, 2u)
        << "the one from machine mode does not count: no mode for that call";
    EXPECT_EQ(outcome.operations, 5u);
}

// --- kernels that cannot be run at all -----------------------------------------------------------

std::string refusal(const RunSetup& setup) {
    const auto outcome = run_quietly(setup);
    EXPECT_FALSE(outcome);
    return outcome ? "ran" : outcome.error().message;
}

class UnusableKernel : public testing::Test {
protected:
    UnusableKernel() : file_(testing::TempDir() + "kernel-" + std::to_string(::getpid()) + ".elf") {
        std::ostringstream bytes;
        bytes << std::ifstream(hostile_file("passes"), std::ios::binary).rdbuf();
        good_ = bytes.str();
    }
    ~UnusableKernel() override { std::filesystem::remove(file_); }
    std::string refusal_of(const std::string& bytes) {
        std::ofstream(file_, std::ios::binary) << bytes;
        return refusal(setup_for(file_));
    }
    std::filesystem::path file_;
    std::string good_;
};

TEST_F(UnusableKernel, every_beginning_of_a_file_is_refused_by_name_or_runs) {
    ASSERT_GT(good_.size(), 400u);
    for (std::size_t length = 0; length < 200; length += 7) {
        EXPECT_THAT(refusal_of(good_.substr(0, length)), HasSubstr(file_.string())) << length;
    }
}

TEST_F(UnusableKernel, another_magic_and_another_machine_are_refused) {
    std::string bytes = good_;
    bytes[0] = 'x';
    EXPECT_THAT(refusal_of(bytes), HasSubstr(file_.string()));
    bytes = good_;
    bytes[18] = 62;  // e_machine: x86-64
    EXPECT_THAT(refusal_of(bytes), HasSubstr(file_.string()));
}

TEST_F(UnusableKernel, a_missing_file_and_a_folder_are_refused) {
    EXPECT_THAT(refusal(setup_for("/no/such/kernel.elf")), HasSubstr("/no/such/kernel.elf"));
    EXPECT_THAT(refusal(setup_for(testing::TempDir())), HasSubstr(testing::TempDir()));
}

TEST_F(UnusableKernel, more_zeroed_memory_than_the_machine_has_is_refused_with_both_sizes) {
    const std::string text = refusal(setup_for(hostile_file("too_much_memory")));
    EXPECT_THAT(text, HasSubstr("too_much_memory.elf"));
    EXPECT_THAT(text, HasSubstr("128 MiB"));
}

TEST_F(UnusableKernel, impossible_machines_are_refused_with_the_range) {
    RunSetup setup = setup_for(hostile_file("passes"));
    setup.machine.memory = u64{1} << 50;
    EXPECT_THAT(refusal(setup), HasSubstr("64 GiB"));
    setup.machine.memory = (u64{128} << 20) + 4096;
    EXPECT_THAT(refusal(setup), HasSubstr("multiple of 2 MiB"));
    setup.machine.memory = u64{128} << 20;
    setup.machine.harts = 65;
    EXPECT_THAT(refusal(setup), HasSubstr("1 to 64"));
}

TEST_F(UnusableKernel, a_trace_that_cannot_be_written_is_refused) {
    RunSetup setup = setup_for(hostile_file("passes"));
    setup.trace = "/no/such/folder/trace";
    EXPECT_THAT(refusal(setup), HasSubstr("/no/such/folder/trace"));
}

}  // namespace
}  // namespace stampede
