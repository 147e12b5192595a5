// The executor, the lowering and the real kernel together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "fuzz/program/generate/generate.h"
#include "fuzz/program/lowered.h"
#include "fuzz/program/test_programs.h"
#include "fuzz/program/tests/executor_run.h"

namespace stampede::fuzz {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

ExecutorOutcome run(std::string_view processes, const ExecutorRun& how = {}) {
    return run_executor(how, lower(program_of(processes)));
}

constexpr char byte_changed[] = "a byte changed that this process did not write";
constexpr char store_went_through[] = "a store to a read-only or unmapped page went through";
constexpr char load_went_through[] = "a load from an unmapped page went through";
constexpr char bad_pointer_accepted[] = "a call with a bad pointer succeeded";
constexpr char malformed[] = "the program is malformed";

TEST(ExecutorTest, a_program_runs_to_its_end_and_then_all_sleep) {
    const ExecutorOutcome outcome =
        run("process 0:\n  store 0x3 17\n  load 0x3\nprocess 1:\n  load 0x3\nprocess 2:\nprocess "
            "3:\n  getpid\n");
    EXPECT_EQ(outcome.stop, MachineStop::Idle) << outcome.console;
    EXPECT_THAT(outcome.failed_checks, IsEmpty());
    EXPECT_EQ(outcome.done, 4u);
}

TEST(ExecutorTest, processes_that_the_program_does_not_have_sleep_on) {
    const ExecutorOutcome outcome = run("process 0:\nprocess 1:\n");
    EXPECT_EQ(outcome.stop, MachineStop::Idle);
    EXPECT_EQ(outcome.done, 2u);
}

// What must fault is right behind a fork, so that a child takes the fault and its parent's `done`
// tells that it came through.
constexpr std::string_view all_that_is_certain = R"(process 0:
  r0 = fork { store text+0x10 1 }
  r0 = fork { store null 1 }
  r0 = fork { load hole+0x0 }
  r0 = fork { load maxva-0x1; getpid }
  r0 = fork { store maxva+0x0 1 }
  r0 = fork { load kernel+0x0 }
  r0 = fork { store stack-0x1001 1 }
  r0 = fork { store heap+0x0 1 }
  wait; wait; wait; wait; wait; wait; wait; wait
  load text+0x0
  load null
  store stack-0x1000 9
  load stack-0x1
process 1:
  wait 0x10
  pipe p0
  write p0.w 0x0 8
  read p0.r hole+0x0 8
  read p0.r text+0x0 8
  read p0.r stack-0x1001 8
  read p0.r heap+0x0 8
  write p0.w kernel+0x0 8
  f0 = open /echo read
  fstat f0 0x7ff0
  fstat f0 0x7fe8
  fstat f0 text+0x0
  pipe p1 0x7ffc
  pipe p1 maxva+0x0
  wait text+0x4
  chdir unmapped
  exec in-kernel
  link /echo unmapped
  read p0.r 0x7ffc 8
  sbrk 4096
  store heap+0x0 1
  write p0.w 0x7ffc 8
)";

TEST(ExecutorTest, the_stack_that_exec_made_is_the_programs_to_spoil) {
    const ExecutorOutcome outcome = run(R"(process 0:
  pipe p0
  write p0.w 0x0 3000
  read p0.r stack-0xbb8 3000
  r0 = fork { write p0.w 0x0 3000; read p0.r stack-0x1000 3000; store 0x3 1 }
  wait
  load 0x3
)");
    EXPECT_EQ(outcome.stop, MachineStop::Idle);
    EXPECT_THAT(outcome.failed_checks, IsEmpty());
    EXPECT_EQ(outcome.done, 1u) << outcome.console;
}

TEST(ExecutorTest, what_the_lowering_takes_for_certain_holds_on_the_good_kernel) {
    const ExecutorOutcome outcome = run(all_that_is_certain);
    EXPECT_EQ(outcome.stop, MachineStop::Idle);
    EXPECT_THAT(outcome.failed_checks, IsEmpty());
    EXPECT_EQ(outcome.done, 2u) << outcome.console;
}

TEST(ExecutorTest, no_check_fails_on_the_good_kernel_whatever_the_program_and_the_schedule) {
    u64 done = 0;
    for_each_generated(150, [&](const Program& program) {
        const ExecutorOutcome outcome =
            run_executor({.schedule = program.schedule}, lower(program));
        EXPECT_EQ(outcome.stop, MachineStop::Idle) << print(program) << outcome.console;
        EXPECT_THAT(outcome.failed_checks, IsEmpty()) << print(program);
        done += outcome.done;
    });
    EXPECT_GT(done, 75u);
}

// Guest instructions, so no host's load changes them; the fuzzer's speed hangs on them.
TEST(ExecutorTest, a_program_begins_soon) {
    const u64 one = run("process 0:\n").instructions;
    const u64 two = run("process 0:\nprocess 1:\n").instructions;
    const u64 with_call = run("process 0:\n  getpid\n").instructions;
    EXPECT_LT(one, 2'000u);
    EXPECT_LT(two - one, 6'000u);
    EXPECT_LT(with_call - one, 500u);
}

constexpr std::string_view store_in_parent =
    "process 0:\n  store 0x3 1\n  r0 = fork { sleep 1; load 0x3 }\n  store 0x3 2\n  wait\n";

TEST(ExecutorTest, a_parent_that_stays_writable_changes_its_child) {
    EXPECT_THAT(run(store_in_parent, {.policy = "seeded_bug_parent_stays_writable"}).failed_checks,
                Contains(byte_changed));
    EXPECT_THAT(run(store_in_parent).failed_checks, IsEmpty());
}

TEST(ExecutorTest, text_that_can_be_written_is_noticed) {
    EXPECT_THAT(
        run("process 0:\n  store text+0xfff 1\n", {.policy = "seeded_bug_any_write_succeeds"})
            .failed_checks,
        Contains(store_went_through));
}

TEST(ExecutorTest, a_read_into_text_that_succeeds_is_noticed) {
    const ExecutorOutcome outcome =
        run("process 0:\n  pipe p0\n  write p0.w 0x0 1\n  read p0.r text+0xfff 1\n",
            {.policy = "seeded_bug_copyout_ignores_permission"});
    EXPECT_THAT(outcome.failed_checks, Contains(bad_pointer_accepted));
}

TEST(ExecutorTest, the_heap_never_shrinks_below_its_beginning) {
    const ExecutorOutcome outcome =
        run("process 0:\n  sbrk -65536\n  sbrk least\n  sbrk 65536\n  sbrk -32768\n  sbrk -65536\n "
            " load 0x7fff\n  load stack-0x1\n");
    EXPECT_THAT(outcome.failed_checks, IsEmpty());
    EXPECT_EQ(outcome.done, 1u) << outcome.console;
}

TEST(ExecutorTest, every_process_knows_the_others) {
    EXPECT_EQ(
        run("process 0:\nprocess 1:\n  kill process 2\n  kill process 0\nprocess 2:\n  sleep 3\n")
            .done,
        2u);
    EXPECT_EQ(run("process 0:\n  kill process 2\nprocess 1:\nprocess 2:\n  sleep 3\n").done, 2u);
    EXPECT_EQ(run("process 0:\n  sleep 3\nprocess 1:\n  kill process 0\n  kill self\n").done, 0u);
}

// The image of a program with one operation changed.
template <class Change>
std::string with(std::string_view processes, u64 index, Change change) {
    std::string image = lower(program_of(processes));
    const u64 at = sizeof(abi::ProgramHeader) + index * sizeof(abi::ProgramOperation);
    abi::ProgramOperation operation;
    std::memcpy(&operation, &image[at], sizeof operation);
    change(operation);
    std::memcpy(&image[at], &operation, sizeof operation);
    return image;
}

TEST(ExecutorTest, each_wrong_result_has_its_title) {
    using Operation = abi::ProgramOperation;
    const auto failed = [](const std::string& image) {
        return run_executor({}, image).failed_checks;
    };
    const std::vector<std::string> byte{byte_changed}, store{store_went_through},
        load{load_went_through}, pointer{bad_pointer_accepted}, wrong{malformed};
    EXPECT_EQ(failed(with("process 0:\n  load 0x3\n", 0, [](Operation& one) { ++one.value; })),
              byte);
    EXPECT_EQ(failed(with("process 0:\n  store 0x3 1\n", 0,
                          [](Operation& one) { one.flags = Operation::must_fault; })),
              store);
    EXPECT_EQ(failed(with("process 0:\n  load 0x3\n", 0,
                          [](Operation& one) { one.flags = Operation::must_fault; })),
              load);
    EXPECT_EQ(failed(with("process 0:\n  getpid\n", 0,
                          [](Operation& one) { one.flags = Operation::not_positive; })),
              pointer);
    EXPECT_EQ(failed(with("process 0:\n  sleep 0\n", 0,
                          [](Operation& one) { one.flags = Operation::minus_one; })),
              pointer);
    EXPECT_EQ(failed(with("process 0:\n  getpid\n", 0,
                          [](Operation& one) {
                              one.call = static_cast<abi::ProgramCall>(abi::program_call_count + 1);
                          })),
              wrong);
    EXPECT_EQ(failed(with("process 0:\n  getpid\n", 0, [](Operation& one) { one.slot = 4; })),
              wrong);
    std::string counts = lower(program_of("process 0:\n  getpid\n"));
    counts[12] = 5;  // operations of process 0
    EXPECT_EQ(failed(counts), wrong);
}

// What stands behind an exec happens if it came back: a load that faults at an address that nothing
// else has.
bool comes_back(const std::string& before) {
    const ExecutorOutcome outcome =
        run("process 0:\n  r0 = fork { " + before + "; load hole+0x123 }\n  wait\n");
    EXPECT_EQ(outcome.stop, MachineStop::Idle) << before;
    EXPECT_EQ(outcome.done, 1u) << before;
    EXPECT_THAT(outcome.failed_checks, IsEmpty()) << before;
    return outcome.console.find("at address 0x0000001000000123") != std::string::npos;
}

TEST(ExecutorTest, exec_takes_a_made_program_unless_it_has_a_flaw_that_is_an_error) {
    using enum abi::ProgramFlaw;
    const std::set<abi::ProgramFlaw> taken{none, no_segments,  other_type, empty_segment,
                                           far,  far_and_near, read_only};
    for (unsigned n = 0; n < static_cast<unsigned>(count); ++n) {
        const bool refused = !taken.contains(static_cast<abi::ProgramFlaw>(n));
        EXPECT_EQ(comes_back("make_program " + std::to_string(n) + "; exec /new0"), refused)
            << "flaw " << n;
    }
}

TEST(ExecutorTest, exec_refuses_arguments_that_are_too_many_too_long_or_nowhere) {
    for (unsigned n = 0; n < static_cast<unsigned>(abi::ProgramArguments::count); ++n) {
        const bool refused = n > static_cast<unsigned>(abi::ProgramArguments::across_pages);
        EXPECT_EQ(comes_back("arguments " + std::to_string(n) + "; exec /echo"), refused)
            << "arguments " << n;
    }
}

TEST(ExecutorTest, who_jumps_where_no_code_is_dies_there) {
    const ExecutorOutcome outcome = run(
        "process 0:\n  r0 = fork { jump page 2+0x10; exit 1 }\n  r1 = fork { jump text+0x0; exit 1 "
        "}\n"
        "  r2 = fork { jump hole+0x6 }\n  wait; wait; wait\n  system_call 22; system_call 63\n");
    EXPECT_EQ(outcome.stop, MachineStop::Idle);
    EXPECT_EQ(outcome.done, 1u);
    EXPECT_THAT(outcome.console, ::testing::HasSubstr("usertrap(): unexpected scause 0x2 "));
    EXPECT_THAT(outcome.console, ::testing::HasSubstr("at address 0x0000001000000006"));
    EXPECT_THAT(outcome.console,
                ::testing::ContainsRegex(
                    "Segmentation fault from process [0-9]+ at address 0x[0-9a-f]+010"));
    EXPECT_THAT(outcome.console, ::testing::HasSubstr("unknown sys call 22"));
}

TEST(ExecutorTest, an_image_that_is_none_is_malformed) {
    EXPECT_THAT(run_executor({}, "x").failed_checks, Contains(malformed));
    EXPECT_THAT(run_executor({}, std::string(abi::program_image_limit, '\xff')).failed_checks,
                Contains(malformed));
}

TEST(ExecutorTest, without_a_harness_it_says_so_and_ends) {
    const ExecutorOutcome outcome = run_executor({}, "");
    EXPECT_EQ(outcome.stop, MachineStop::Finished);
    EXPECT_THAT(outcome.console, ::testing::HasSubstr("executor: no harness gives programs\n"));
}

TEST(ExecutorTest, a_program_cannot_keep_its_processes_from_sleeping_at_the_end) {
    for (const char* processes : {
             "process 0:\n  close fd 4\n  close fd 5\n",
             "process 0:\n  close fd 5\nprocess 1:\n  close fd 5\n",
             "process 0:\n  write fd 5 0x0 100\nprocess 1:\n  write fd 5 0x0 1\n",
             "process 0:\n  kill process 1\n  kill process 2\n  kill pid 1\n  kill pid 2\n  exit "
             "3\nprocess 1:\n  exit 0\n",
             "process 0:\n  exec /executor\nprocess 1:\n  exec /echo\n",
         }) {
        const ExecutorOutcome outcome = run(processes);
        EXPECT_EQ(outcome.stop, MachineStop::Idle) << processes;
        EXPECT_THAT(outcome.failed_checks, IsEmpty()) << processes;
    }
}

}  // namespace
}  // namespace stampede::fuzz
