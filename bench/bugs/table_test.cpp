#include "bench/bugs/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/bugs/test_results.h"

namespace stampede::bench {
namespace {

using testing::HasSubstr;

Sweep sweep() {
    Sweep sweep{"4 s", "parallel", {}, {"parallel", "random"}, {}};
    for (const char* name : {"first", "second"}) {
        sweep.bugs.push_back({.name = name,
                              .replaces = {},
                              .bug_class = "counts",
                              .oracles = {},
                              .depth = 2,
                              .workload = "forkbomb",
                              .passes_cowtest = {},
                              .description = {}});
    }
    sweep.results = {found_result({"first", "parallel", 1}, 1, {1, 1, 1, 1}),
                     found_result({"first", "parallel", 2}, 3, {2, 1, 1, 0}),
                     missed_result({"first", "parallel", 3}, 4),
                     missed_result({"second", "parallel", 1}, 4),
                     found_result({"second", "random", 1}, 2, {1, 1, 1, 1}),
                     missed_result({"kmem", "parallel", 1}, 40),
                     found_result({"of_no_row", "parallel", 1}, 1, {1, 1, 1, 1})};
    sweep.results[0].kind = "audit";
    sweep.results[1].kind = "audit";
    return sweep;
}

TEST(BugTable, a_group_counts_a_miss_with_all_it_spent) {
    const Group group = sweep().group("first", "parallel");
    EXPECT_EQ(group.found, 2u);
    EXPECT_EQ(group.cells, 3u);
    EXPECT_EQ(group.median_cpu_s, 3);
    EXPECT_EQ(group.worst_cpu_s, 4);
    EXPECT_EQ(group.again, (Again{3, 2, 2, 1}));
    EXPECT_TRUE(group.worst_is_miss());
    EXPECT_EQ(sweep().group("first", "random").cells, 0u);
}

TEST(BugTable, a_row_a_bug_and_a_column_a_schedule) {
    EXPECT_EQ(table_text(sweep()),
              "| seeded bug | class  | depth | parallel                          | random          "
              "                |\n"
              "|------------|--------|-------|-----------------------------------|-----------------"
              "----------------|\n"
              "| first      | counts | 2     | 2/3 audit; 3.0, >4.0 s; again 1/2 |                 "
              "                |\n"
              "| second     | counts | 2     | 0/1; >4.0, >4.0 s                 | 1/1 race; 2.0, "
              "2.0 s; again 1/1 |\n");
}

TEST(BugTable, the_summary_has_shares_what_was_missed_and_the_good_kernel) {
    const std::string text = summary_text(sweep());
    EXPECT_THAT(
        text,
        HasSubstr(
            "parallel (named beforehand): found in 2 of 4 (50.0 %) cells, 1 of 2 (50.0 %) bugs; "
            "missed: first 2/3, second 0/1\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "random: found in 1 of 1 (100.0 %) cells, 1 of 1 (100.0 %) bugs; missed: none\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "parallel: made repeatable 2 of 3 (66.7 %) findings; replayed 1 of 2 (50.0 %)\n"));
    EXPECT_THAT(text, HasSubstr("kmem, parallel: nothing found in 40 CPU s, 20 runs\n"));
}

TEST(BugTable, csv_and_json_have_a_line_a_bug_and_schedule) {
    EXPECT_THAT(table_csv(sweep()),
                HasSubstr("\nfirst,counts,2,forkbomb,parallel,2,3,audit,3.00,4.00,3,2,2,1\n"));
    const auto json = nlohmann::json::parse(table_json(sweep()));
    ASSERT_EQ(json["rows"].size(), 4u);
    EXPECT_EQ(json["rows"][0]["oracles"]["audit"], 2);
    EXPECT_EQ(json["rows"][3]["found"], 1);
}

}  // namespace
}  // namespace stampede::bench
