#include "fuzz/campaign/state/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/campaign/tests/temporary_folder.h"
#include "harts/report/atomic_file.h"

namespace stampede::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Slot slot(SlotKind kind = SlotKind::FuzzRace, const std::string& policy = "kmem",
          unsigned harts = 4) {
    Slot slot;
    slot.kind = kind;
    slot.policy = policy;
    slot.harts = harts;
    return slot;
}

State full_state() {
    State state;
    state.begin_run(100, 1000);
    state.run.finished = true;
    state.run.features["kmem"] = 7;
    state.begin_run(100, 2000);
    state.next_slot = 12;
    state.worked_s = 61.5;
    state.executions = 5000;
    add_point(state.executed, {1.5, 100});
    state.run.worked_s = 30;
    state.see("00ff", slot());
    state.findings["00ff"].note = "a \"note\"\n";
    state.findings["00ff"].triaged = true;
    state.findings["00ff"].tried = 5;
    state.findings["00ff"].showed = 3;
    state.cells[{SlotKind::Stress, "eager", 8}] = {3, 30.5, 3, {"00ff"}, 1, "exit status 3"};
    state.cells[{SlotKind::Stress, "eager", 8}].oracles["races"] = {1, 2, "no --race"};
    state.policies["kmem"] = {8360, 567, {{1, 2}, {3, 4}}};
    return state;
}

TEST(State, what_was_written_is_read_again) {
    const State state = full_state();
    const auto again = parse_state(state_json(state), "state.json");
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(*again, state);
    const auto empty = parse_state(state_json(State{}), "state.json");
    ASSERT_TRUE(empty.has_value()) << empty.error().message;
    EXPECT_EQ(*empty, State{});
}

TEST(State, a_run_that_was_killed_goes_on_with_what_is_left_of_its_time) {
    State state;
    EXPECT_EQ(state.begin_run(100, 1000), 100);
    state.run.worked_s = 70;
    EXPECT_EQ(State(state).begin_run(100, 2000), 100) << "no slot has ended";
    state.see("00ff", slot());
    State later = *parse_state(state_json(state), "state.json");
    EXPECT_EQ(later.begin_run(100, 2000), 30);
    EXPECT_EQ(later.run.number, 1u);
    EXPECT_EQ(later.run.started, 1000);
    EXPECT_FALSE(later.previous.has_value());
    EXPECT_EQ(later.begin_run(50, 2000), 0);
}

TEST(State, behind_a_finished_run_comes_the_next_one_which_knows_what_the_last_one_saw) {
    State state;
    state.begin_run(100, 1000);
    state.see("old", slot());
    state.run.worked_s = 100;
    state.run.finished = true;
    EXPECT_EQ(state.begin_run(100, 2000), 100);
    EXPECT_EQ(state.run.number, 2u);
    EXPECT_TRUE(state.cells.empty());
    state.see("old", slot());
    state.see("new", slot());
    EXPECT_FALSE(state.is_new("old"));
    EXPECT_TRUE(state.is_new("new"));
    EXPECT_FALSE(state.is_new("never seen"));
    EXPECT_THAT(state.previous->findings, ElementsAre("old"));
    EXPECT_THAT(state.run.findings, ElementsAre("new", "old"));
}

TEST(State, a_finding_knows_where_it_was_seen) {
    State state;
    state.begin_run(100, 1000);
    state.see("key", slot(SlotKind::Fuzz, "kmem", 2));
    state.see("key", slot(SlotKind::Stress, "eager", 8));
    EXPECT_THAT(state.findings["key"].policies, ElementsAre("eager", "kmem"));
    EXPECT_THAT(state.findings["key"].harts, ElementsAre(2, 8));
    EXPECT_THAT(state.findings["key"].kinds, ElementsAre("fuzz", "stress"));
    EXPECT_EQ(state.cells.size(), 2u);
}

TEST(State, flaky_is_what_showed_only_sometimes) {
    FindingRecord record;
    record.tried = 5;
    record.showed = 4;
    EXPECT_FALSE(record.flaky());
    record.triaged = true;
    EXPECT_TRUE(record.flaky());
    record.showed = 5;
    EXPECT_FALSE(record.flaky());
}

TEST(State, a_curve_stays_short_and_keeps_its_ends) {
    Curve curve;
    for (u64 n = 0; n <= 10000; ++n) {
        add_point(curve, {static_cast<double>(n), n});
    }
    EXPECT_LE(curve.size(), 400u);
    EXPECT_GE(curve.size(), 200u);
    EXPECT_EQ(curve.front().value, 0u);
    EXPECT_EQ(curve.back().value, 10000u);
    EXPECT_TRUE(std::ranges::is_sorted(curve, {}, &Point::at_s));
}

TEST(State, what_is_none_is_refused_by_name) {
    for (const auto& [text, what] :
         {std::pair{"", "state.json: is not as expected"},
          {"{}", "schema"},
          {R"({"schema":"stampede.run/1"})",
           "has the schema \"stampede.run/1\", expected stampede.campaign-state/1"}}) {
        const auto state = parse_state(text, "state.json");
        ASSERT_FALSE(state.has_value()) << text;
        EXPECT_THAT(state.error().message, HasSubstr(what));
    }
}

TEST(State, an_absent_file_is_the_beginning_and_a_broken_one_an_error) {
    const TemporaryFolder folder;
    EXPECT_EQ(load_state(folder.path() / "state.json").value(), State{});
    ASSERT_TRUE(write_file_atomically(folder.path() / "state.json", "x").has_value());
    EXPECT_FALSE(load_state(folder.path() / "state.json").has_value());
}

}  // namespace
}  // namespace stampede::campaign
