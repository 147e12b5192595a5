#include "stress/replay/outcome_message.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "harts/report/forms/json.h"

namespace stampede {
namespace {

TEST(OutcomeMessage, an_outcome_arrives_as_it_was_sent) {
    RunOutcome sent;
    sent.end = RunEnd::Shown;
    sent.exit_status = 5;
    sent.instructions = {7, 9};
    sent.operations = 11;
    sent.wall_s = 1.5;
    sent.cpu_s = 2.5;
    sent.frames = {10, 9, 8, 7};
    sent.cow = {3, 2, 1};
    sent.processes_peak = 6;
    sent.audited = true;
    sent.allocation_failed = true;
    sent.suppressed = {{"race:a", 2}, {"race:b", 3}};
    sent.schedule = "400 turns";
    sent.oracles = {{"races", "no --race"}, {"audit", ""}};
    sent.inferred = {{"counts", true, "refs[pa/4096]"}, {"marker", false, "no bit"}};
    sent.system_calls = 40;
    sent.switches = 50;
    sent.turns_taken = 60;
    sent.state_hash = 70;
    Finding finding;
    finding.title = "a count is wrong";
    finding.detail = "frame 7";
    finding.where.pid = 3;
    finding.stacks.push_back({"hart 0", {{"f", "a.c", 1, 0x1000}}});
    sent.findings = {finding};

    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    Wire out(ends[0]), in(ends[1]);
    put_outcome(out, sent);
    const RunOutcome got = take_outcome(in);
    ::close(ends[0]);
    ::close(ends[1]);
    ASSERT_TRUE(in.good());
    EXPECT_EQ(got.end, sent.end);
    EXPECT_EQ(got.exit_status, sent.exit_status);
    EXPECT_EQ(got.instructions, sent.instructions);
    EXPECT_EQ(got.operations, sent.operations);
    EXPECT_EQ(got.wall_s, sent.wall_s);
    EXPECT_EQ(got.cpu_s, sent.cpu_s);
    EXPECT_EQ(got.frames.peak, sent.frames.peak);
    EXPECT_EQ(got.cow.oom_kills, sent.cow.oom_kills);
    EXPECT_EQ(got.processes_peak, sent.processes_peak);
    EXPECT_TRUE(got.audited && got.allocation_failed);
    EXPECT_EQ(got.suppressed, sent.suppressed);
    ASSERT_EQ(got.oracles.size(), 2u);
    EXPECT_EQ(got.oracles[0].name, "races");
    EXPECT_EQ(got.oracles[0].why_off, "no --race");
    EXPECT_TRUE(got.oracles[1].on());
    EXPECT_EQ(got.inferred, sent.inferred);
    EXPECT_EQ(got.schedule, sent.schedule);
    EXPECT_EQ(got.system_calls, sent.system_calls);
    EXPECT_EQ(got.switches, sent.switches);
    EXPECT_EQ(got.turns_taken, sent.turns_taken);
    EXPECT_EQ(got.state_hash, sent.state_hash);
    ASSERT_EQ(got.findings.size(), 1u);
    EXPECT_EQ(finding_json(got.findings[0]), finding_json(finding));
}

TEST(OutcomeMessage, an_end_that_closes_ends_it) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    {
        Wire out(ends[0]);
        put_outcome(out, {});
    }
    ::close(ends[0]);
    Wire in(ends[1]);
    (void)take_outcome(in);
    EXPECT_TRUE(in.good());
    (void)take_outcome(in);
    EXPECT_FALSE(in.good());
    ::close(ends[1]);
}

}  // namespace
}  // namespace stampede
