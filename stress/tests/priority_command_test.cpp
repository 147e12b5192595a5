// The kernel's scheduler `pbs`, as a command line chooses it: the order of processes, and that
// everything else goes on as ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stress/tests/child.h"

namespace stampede {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// The console's lines stand in `out` too.
ChildResult stress(const std::string& scheduler, std::vector<std::string> words) {
    words.insert(words.begin(),
                 {STAMPEDE_STRESS, "--console", "-", "--append", "scheduler=" + scheduler});
    return run_child(words);
}

TEST(PriorityCommand, on_one_hart_processes_run_in_the_order_of_their_priorities) {
    const ChildResult run =
        stress("pbs", {"--cpus", "1", "--schedule", "round-robin", "--seed", "1", "pbs_order"});
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_THAT(run.out, AllOf(HasSubstr("pbs_order: ok\n"), HasSubstr("audited, nothing leaked")));
    EXPECT_THAT(run.out, AllOf(Not(HasSubstr("no order seen")), Not(HasSubstr("no priorities"))));
}

TEST(PriorityCommand, no_hart_takes_a_process_while_a_better_one_waits_anywhere) {
    for (const char* cpus : {"2", "4"}) {
        const ChildResult run =
            stress("pbs clocks=1",
                   {"--cpus", cpus, "--schedule", "round-robin:500", "--seed", "1", "pbs_order"});
        EXPECT_EQ(run.status, 0) << cpus << " harts: " << run.out << run.err;
        EXPECT_THAT(run.out, HasSubstr("pbs_order: ok\n"));
    }
}

TEST(PriorityCommand, the_calls_hold_on_several_harts_and_when_time_jumps) {
    for (const char* cpus : {"1", "4"}) {
        const ChildResult run = stress(
            "pbs", {"--cpus", cpus, "--schedule", "random,timer=1", "--seed", "2", "pbs_order"});
        EXPECT_EQ(run.status, 0) << run.out << run.err;
        EXPECT_THAT(run.out, AllOf(HasSubstr("pbs_order: ok\n"), Not(HasSubstr("no priorities"))))
            << cpus << " harts";
    }
}

TEST(PriorityCommand, round_robin_knows_no_priorities) {
    const ChildResult run = stress("rr", {"--cpus", "1", "--schedule", "round-robin", "pbs_order"});
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("pbs_order: no priorities without scheduler=pbs\n"));
}

TEST(PriorityCommand, a_scheduler_that_there_is_not_is_named_and_nothing_is_run) {
    for (const char* wrong : {"prio", "pbs2", "pb", ""}) {
        const ChildResult run =
            stress(wrong, {"--cpus", "2", "--schedule", "round-robin", "pbs_order"});
        EXPECT_EQ(run.status, 2) << wrong;
        EXPECT_THAT(run.out, HasSubstr("boot arguments: scheduler=" + std::string(wrong) +
                                       ": there is no such scheduler; rr or pbs is expected\n"));
        EXPECT_THAT(run.out, AllOf(Not(HasSubstr("pbs_order: ok")), Not(HasSubstr("panic"))));
    }
}

TEST(PriorityCommand, priorities_that_others_set_are_no_races) {
    const ChildResult run = stress("pbs", {"--race", "--cpus", "3", "--schedule", "random,timer=1",
                                           "--seed", "2", "pbs_order"});
    EXPECT_EQ(run.status, 0) << run.out << run.err;
}

class OrderedByPriority : public testing::TestWithParam<const char*> {};

TEST_P(OrderedByPriority, workloads_pass_their_audits_and_have_no_races) {
    for (const char* cpus : {"1", "8"}) {
        const ChildResult run = stress("pbs", {"--cpus", cpus, "--schedule", "random", "--seed",
                                               "3", "--memory", "32M", "--ops", "200", GetParam()});
        EXPECT_EQ(run.status, 0) << run.out << run.err;
        EXPECT_THAT(run.out, HasSubstr("audited, nothing leaked")) << cpus << " harts";
    }
    const ChildResult raced =
        stress("pbs", {"--race", "--cpus", "4", "--schedule", "random", "--seed", "3", "--memory",
                       "32M", "--ops", "50", GetParam()});
    EXPECT_EQ(raced.status, 0) << raced.out << raced.err;
}

INSTANTIATE_TEST_SUITE_P(Workloads, OrderedByPriority,
                         testing::Values("cowtest", "forkbomb", "pipe_ring"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace stampede
