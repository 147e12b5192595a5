#include "fuzz/campaign/state/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/campaign/tests/temporary_folder.h"

namespace stampede::campaign {
namespace {

using ::testing::ElementsAre;

class JournalTest : public testing::Test {
protected:
    Journal journal(double seconds = 100) {
        State state = *load_state(file);
        const double left = state.begin_run(seconds, 1000);
        const double all = state.run.worked_s + left;
        return {std::move(state),
                {.kinds = {SlotKind::Fuzz},
                 .policies = {"kmem"},
                 .harts = {2, 4},
                 .workloads = {},
                 .bearing = {},
                 .slot_s = 30},
                file,
                all,
                [this] { return now; }};
    }
    State on_disk() const { return *load_state(file); }

    TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "state.json";
    double now = 50;
};

SlotResult result(u64 executions, u64 features = 0, const std::string& problem = "") {
    return {30, executions, features, problem};
}

TEST_F(JournalTest, slots_come_until_the_time_is_over_and_the_last_is_cut) {
    Journal one = journal();
    EXPECT_EQ(one.next_slot()->seconds, 30);
    now += 90;
    const auto last = one.next_slot();
    ASSERT_TRUE(last.has_value());
    EXPECT_EQ(last->number, 1u);
    EXPECT_EQ(last->seconds, 10);
    now += 9;
    EXPECT_FALSE(one.next_slot().has_value());
}

TEST_F(JournalTest, after_a_kill_the_time_that_was_worked_and_the_slots_that_were_begun_are_known) {
    {
        Journal one = journal();
        const auto slot = one.next_slot();
        now += 40;
        one.end_slot(*slot, result(1000));
        (void)one.next_slot();
    }
    now = 7;  // another process, another clock
    Journal again = journal();
    EXPECT_EQ(again.left_s(), 60);
    EXPECT_EQ(again.next_slot()->number, 2u);
    EXPECT_EQ(on_disk().executions, 1000u);
    EXPECT_EQ(on_disk().run.number, 1u);
}

TEST_F(JournalTest, executions_of_slots_at_the_same_time_add_up_once_each) {
    Journal one = journal();
    const Slot first = *one.next_slot(), second = *one.next_slot();
    one.heard(first, 100, 10);
    one.heard(second, 50, 20);
    one.heard(first, 300, 15);
    one.end_slot(first, result(350, 15));
    one.end_slot(second, result(60, 20));
    EXPECT_EQ(one.state().run.executions, 410u);
    EXPECT_EQ(one.state().policies["kmem"].features, 20u);
    EXPECT_EQ(on_disk().cells.at({SlotKind::Fuzz, "kmem", 2}).executions, 350u);
    EXPECT_EQ(on_disk().cells.at({SlotKind::Fuzz, "kmem", 4}).executions, 60u);
}

TEST_F(JournalTest, a_problem_is_kept) {
    Journal one = journal();
    one.end_slot(*one.next_slot(), result(0, 0, "exit status 3"));
    const CellRecord cell = on_disk().cells.at({SlotKind::Fuzz, "kmem", 2});
    EXPECT_EQ(cell.problems, 1u);
    EXPECT_EQ(cell.problem, "exit status 3");
}

TEST_F(JournalTest, how_many_slots_each_oracle_watched_is_kept_with_why_it_did_not_watch_others) {
    Journal one = journal();
    const Slot slot = *one.next_slot();
    SlotResult ended = result(1, 0);
    for (const char* why_off : {"", "no --race", ""}) {
        ended.oracles = {{"races", why_off}, {"audit", ""}};
        one.end_slot(slot, ended);
    }
    const CellRecord cell = on_disk().cells.at({slot.kind, slot.policy, slot.harts});
    EXPECT_EQ(cell.oracles.at("races"), (OracleRecord{2, 1, "no --race"}));
    EXPECT_EQ(cell.oracles.at("audit"), (OracleRecord{3, 0, ""}));
}

TEST_F(JournalTest, each_new_finding_is_looked_at_by_one_worker) {
    Journal one = journal();
    const Slot slot = *one.next_slot();
    one.saw(slot, "a");
    one.saw(slot, "a");
    one.saw(slot, "b");
    EXPECT_EQ(one.claim_finding()->first, "a");
    EXPECT_EQ(one.claim_finding()->first, "b");
    EXPECT_FALSE(one.claim_finding().has_value());
    one.triaged("a", {5, 4, "note"});
    EXPECT_FALSE(one.claim_finding().has_value());
    EXPECT_TRUE(on_disk().findings.at("a").flaky());
    one.can_show(slot, "a");
    EXPECT_EQ(one.claim_finding()->first, "a");
}

TEST_F(JournalTest, a_corpus_is_minimised_when_it_has_grown_by_half) {
    Journal one = journal();
    EXPECT_FALSE(one.claim_corpus("kmem", 99));
    EXPECT_TRUE(one.claim_corpus("kmem", 400));
    EXPECT_FALSE(one.claim_corpus("kmem", 1000)) << "somebody is at it";
    one.minimised("kmem", 300);
    EXPECT_FALSE(one.claim_corpus("kmem", 449));
    EXPECT_TRUE(one.claim_corpus("kmem", 450));
    one.minimised("kmem", std::nullopt);
    EXPECT_TRUE(one.claim_corpus("kmem", 450));
}

TEST_F(JournalTest, a_finished_run_is_followed_by_the_next) {
    {
        Journal one = journal();
        one.saw(*one.next_slot(), "a");
        one.heard({}, 10, 0);
        now += 100;
        one.finish_run();
    }
    Journal next = journal();
    EXPECT_EQ(next.left_s(), 100);
    EXPECT_EQ(next.state().run.number, 2u);
    EXPECT_THAT(next.state().previous->findings, ElementsAre("a"));
    EXPECT_EQ(next.state().worked_s, 100);
}

TEST_F(JournalTest, a_state_that_cannot_be_written_ends_the_slots) {
    std::filesystem::create_directories(file);  // a folder in its place
    Journal one{State{},
                {.kinds = {SlotKind::Fuzz},
                 .policies = {"kmem"},
                 .harts = {2},
                 .workloads = {},
                 .bearing = {}},
                file,
                100,
                [] { return 0.0; }};
    EXPECT_FALSE(one.saved().has_value());
    EXPECT_FALSE(one.next_slot().has_value());
}

}  // namespace
}  // namespace stampede::campaign
