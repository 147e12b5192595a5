#include "fuzz/campaign/corpus/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/campaign/tests/temporary_folder.h"
#include "harts/report/atomic_file.h"
#include "harts/report/finding_store.h"

namespace stampede::campaign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Slot slot(const std::string& policy, unsigned harts) {
    Slot slot;
    slot.policy = policy;
    slot.harts = harts;
    return slot;
}

State machine(u64 executions, const std::string& key, unsigned harts) {
    State state;
    state.begin_run(100, 1000 + harts);
    state.see(key, slot("kmem", harts));
    state.run.finished = true;
    state.run.worked_s = 10 * harts;
    state.run.executions = state.executions = executions;
    state.executed = {{0, 0}, {10.0 * harts, executions}};
    state.cells[{SlotKind::Fuzz, "kmem", harts}] = {1, 10, executions, {key}, 0, ""};
    state.policies["kmem"] = {executions / 10, 0, {{5, executions / 10}}};
    return state;
}

TEST(Merge, sums_what_can_be_summed_and_unites_the_rest) {
    const State all =
        merged_state({machine(1000, "a", 2), machine(300, "b", 4), machine(40, "a", 2)});
    EXPECT_EQ(all.executions, 1340u);
    EXPECT_EQ(all.run.executions, 1340u);
    EXPECT_EQ(all.run.started, 1002);
    EXPECT_EQ(all.run.worked_s, 40);
    EXPECT_TRUE(all.run.finished);
    EXPECT_THAT(all.run.findings, ElementsAre("a", "b"));
    EXPECT_EQ(all.cells.at({SlotKind::Fuzz, "kmem", 2}).executions, 1040u);
    EXPECT_EQ(all.cells.at({SlotKind::Fuzz, "kmem", 2}).slots, 2u);
    EXPECT_THAT(all.executed, ElementsAre(Point{0, 0}, Point{20, 1040}, Point{40, 1340}));
    EXPECT_EQ(all.policies.at("kmem").features, 100u);
    EXPECT_THAT(all.policies.at("kmem").coverage, ElementsAre(Point{5, 100}));
    EXPECT_FALSE(all.previous.has_value());
}

TEST(Merge, of_two_looks_at_a_finding_the_better_one_counts) {
    State first = machine(1, "a", 2), second = machine(1, "a", 2);
    first.findings["a"].triaged = second.findings["a"].triaged = true;
    first.findings["a"].tried = second.findings["a"].tried = 5;
    first.findings["a"].showed = 2;
    second.findings["a"].showed = 5;
    second.findings["a"].first_run = 3;
    EXPECT_EQ(merged_state({first, second}).findings.at("a").showed, 5u);
    EXPECT_EQ(merged_state({second, first}).findings.at("a").showed, 5u);
    EXPECT_EQ(merged_state({second, first}).findings.at("a").first_run, 1u);
}

TEST(Merge, findings_of_all_are_copied_and_counted_once_however_often_it_is_done) {
    const TemporaryFolder folder;
    Finding bug;
    bug.title = "a bug";
    std::vector<std::filesystem::path> from;
    for (const char* name : {"out/1", "out/2"}) {
        from.push_back(folder.path() / name);
        ASSERT_TRUE(FindingStore(from.back() / "findings").add(bug, {{"input", name}}).has_value());
        ASSERT_TRUE(
            write_file_atomically(from.back() / "state.json", state_json(machine(50, bug.key(), 2)))
                .has_value());
    }
    for (int again = 0; again < 2; ++again) {
        const auto report =
            merge_campaigns(from, folder.path() / "report", Shelf("/none", "/none"));
        ASSERT_TRUE(report.has_value()) << report.error().message;
        ASSERT_EQ(report->findings.size(), 1u);
        EXPECT_EQ(report->findings[0].finding.count, 2u);
        EXPECT_EQ(report->exit_status(), 2);
    }
    EXPECT_TRUE(std::filesystem::exists(from[0] / "findings" / bug.key() / "input"))
        << "the campaign keeps its own";
    EXPECT_THAT(read_file(folder.path() / "report/report.html").value_or(""),
                HasSubstr("1 finding, 1 new"));
}

TEST(Merge, a_folder_that_is_no_campaigns_is_an_error_with_its_name) {
    const TemporaryFolder folder;
    const auto report = merge_campaigns({folder.path() / "none"}, folder.path() / "report",
                                        Shelf("/none", "/none"));
    ASSERT_FALSE(report.has_value());
    EXPECT_THAT(report.error().message, HasSubstr("none: has no state.json"));
}

}  // namespace
}  // namespace stampede::campaign
