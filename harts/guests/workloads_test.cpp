#include "harts/guests/workloads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "harts/report/seeded_bugs.h"

namespace stampede {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusal_of(const std::string& line) {
    const auto all = parse_workloads("# head\n\ngood | test | - | is right\n" + line +
                                     "\nlast | test | - | is right\n");
    return all ? "taken" : all.error().message;
}

TEST(Workloads, a_line_is_name_kind_properties_and_description) {
    const auto parsed = parse_workloads(
        "# a comment\na | test | - | one | two\n\nb | torture | shares, takes-all-memory | three\n"
        "c | bench | batch=64, megabytes=256 | four");
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    const std::vector<Workload>& all = *parsed;
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].name, "a");
    EXPECT_EQ(all[0].kind, WorkloadKind::Test);
    EXPECT_EQ(all[0].description, "one | two");
    EXPECT_EQ(all[0].properties(), "");
    EXPECT_EQ(all[0].batch, 1u);
    EXPECT_EQ(all[0].megabytes, 128u);
    EXPECT_EQ(all[1].kind, WorkloadKind::Torture);
    EXPECT_TRUE(all[1].shares_pages && all[1].takes_all_memory);
    EXPECT_FALSE(all[1].provokes_traps || all[1].needs_sharing || all[1].bears_failures);
    EXPECT_EQ(all[1].properties(), "shares, takes-all-memory");
    EXPECT_EQ(all[2].kind, WorkloadKind::Bench);
    EXPECT_EQ(all[2].batch, 64u);
    EXPECT_EQ(all[2].megabytes, 256u);
}

TEST(Workloads, each_flag_has_a_word) {
    const auto all = parse_workloads(
        "a | test | traps | x\nb | test | shares | x\nc | test | needs-sharing | x\n"
        "d | test | takes-all-memory | x\ne | test | bears-failures | x\n"
        "f | test | needs-own-calls | x\ng | test | killed | x");
    ASSERT_TRUE(all.has_value()) << all.error().message;
    EXPECT_TRUE((*all)[0].provokes_traps);
    EXPECT_TRUE((*all)[1].shares_pages);
    EXPECT_TRUE((*all)[2].needs_sharing);
    EXPECT_TRUE((*all)[3].takes_all_memory);
    EXPECT_TRUE((*all)[4].bears_failures);
    EXPECT_TRUE((*all)[5].needs_own_calls);
    EXPECT_TRUE((*all)[6].is_killed);
}

TEST(Workloads, a_line_of_another_shape_is_refused_by_its_number) {
    for (const char* line : {"no bars", "a | test | what it does", "a | test | - ", "a |  | - | x",
                             " | test | - | x"}) {
        EXPECT_THAT(refusal_of(line), AllOf(StartsWith("kernel/user/workloads.txt:4: `"),
                                            HasSubstr(line), HasSubstr("expected 4 fields")));
    }
}

TEST(Workloads, a_word_that_there_is_not_is_refused_by_its_line) {
    EXPECT_THAT(
        refusal_of("a | tset | - | x"),
        StartsWith("kernel/user/workloads.txt:4: kind `tset`: expected test, torture or bench"));
    EXPECT_THAT(
        refusal_of("a | test | traps, trap | x"),
        AllOf(StartsWith(
                  "kernel/user/workloads.txt:4: property `trap`: expected some of traps, shares"),
              HasSubstr("batch=N")));
    EXPECT_THAT(refusal_of("a | bench | batch | x"),
                HasSubstr(":4: property `batch`: expected a number"));
    EXPECT_THAT(refusal_of("a | bench | batch=6x | x"),
                HasSubstr(":4: property `batch=6x`: expected a number"));
    EXPECT_THAT(refusal_of("a | bench | batch=0 | x"),
                HasSubstr(":4: property `batch=0`: expected a number"));
    EXPECT_THAT(refusal_of("a | bench | traps=1 | x"),
                HasSubstr(":4: property `traps=1`: expected some of"));
}

TEST(Workloads, a_name_stands_once) {
    EXPECT_EQ(refusal_of("good | bench | - | again"),
              "kernel/user/workloads.txt:4: good stands twice");
}

TEST(Workloads, a_failure_in_turn_is_for_those_that_bear_it_and_leave_memory) {
    EXPECT_FALSE(Workload{}.is_for_each_failure());
    EXPECT_TRUE((Workload{.bears_failures = true}.is_for_each_failure()));
    EXPECT_FALSE(
        (Workload{.takes_all_memory = true, .bears_failures = true}.is_for_each_failure()));
}

TEST(Workloads, every_one_that_is_built_in_is_described) {
    EXPECT_GE(workloads().size(), 8u);
    for (const Workload& workload : workloads()) {
        EXPECT_GE(workload.description.size(), 10u) << workload.name;
        EXPECT_EQ(workload_named(workload.name), &workload);
    }
    EXPECT_EQ(workload_named("nobody"), nullptr);
}

// What runs depend on: a column that is lost would let a run pass that tested nothing.
TEST(Workloads, those_that_are_built_in_say_what_they_need) {
    for (const Workload& workload : workloads()) {
        EXPECT_EQ(workload.shares_pages, workload.kind == WorkloadKind::Torture) << workload.name;
        EXPECT_EQ(workload.bears_failures, workload.kind == WorkloadKind::Torture) << workload.name;
    }
    EXPECT_TRUE(workload_named("cowtest")->needs_sharing);
    EXPECT_TRUE(workload_named("fault")->provokes_traps);
    EXPECT_TRUE(workload_named("oom")->takes_all_memory);
    EXPECT_TRUE(workload_named("pbs_order")->needs_own_calls);
    EXPECT_FALSE(workload_named("cowtest")->needs_own_calls);
    EXPECT_FALSE(workload_named("forkbomb")->takes_all_memory);
    EXPECT_EQ(workload_named("cow_fault")->batch, 64u);
}

TEST(Workloads, every_one_that_is_built_in_has_its_source_where_it_says) {
    for (const Workload& workload : workloads()) {
        EXPECT_TRUE(std::filesystem::exists(STAMPEDE_SOURCE / workload.source()))
            << workload.source();
    }
}

TEST(Workloads, each_seeded_bug_names_an_oracle_and_a_workload_that_there_are) {
    std::set<std::string> names;
    for (const SeededBug& bug : seeded_bugs()) {
        EXPECT_TRUE(names.insert(bug.name).second) << bug.name << " stands twice";
        EXPECT_FALSE(bug.oracles.empty()) << bug.name;
        EXPECT_NE(workload_named(bug.workload), nullptr) << bug.name;
        EXPECT_THAT(bug.passes_cowtest, testing::MatchesRegex("yes|no: .+")) << bug.name;
        EXPECT_LE(bug.depth, 2u) << bug.name;
    }
}

}  // namespace
}  // namespace stampede
