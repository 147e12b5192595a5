#include "fuzz/coverage/edge_coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fuzz/coverage/coverage_report.h"
#include "fuzz/coverage/unreachable_list.h"

namespace stampede::fuzz {
namespace {

using testing::HasSubstr;

// Two functions of mm/, one of fs/; `find` has ten branches.
std::vector<GuestBranch> some_branches() {
    std::vector<GuestBranch> branches{
        {0, "kernel::map", "kernel/mm/space.cpp", 7, {"", "kernel::panic"}},
        {4, "kernel::open", "kernel/fs/inode.cpp", 3, {}}};
    for (u64 n = 0; n < 10; ++n) {
        branches.push_back(
            {10 + 2 * n, "kernel::find", "kernel/mm/find.cpp", n < 9 ? 20u : 12u, {}});
    }
    return branches;
}
EdgeCoverage covered(std::initializer_list<std::size_t> offsets) {
    EdgeCoverage coverage(some_branches(), {"mm"});
    std::vector<u8> counters(40);
    for (const std::size_t offset : offsets) {
        counters[offset] = 3;
    }
    coverage.add(counters);
    return coverage;
}

TEST(EdgeCoverage, each_branch_of_the_folders_has_two_ways_with_a_counter_each) {
    const auto functions = covered({0, 13, 12, 4, 5}).functions();
    ASSERT_EQ(functions.size(), 2u);  // by name; nothing of fs/
    EXPECT_EQ(functions[0].function, "kernel::find");
    EXPECT_EQ(functions[0].share, (Share{20, 2}));
    EXPECT_EQ(functions[1].share, (Share{2, 1}));
    EXPECT_TRUE(functions[1].edges[0].covered());
    EXPECT_EQ(functions[1].edges[0].way, Branch::NotTaken);
    EXPECT_EQ(functions[1].edges[0].hits, 3u);
    EXPECT_FALSE(functions[1].edges[1].covered());
    EXPECT_EQ(functions[1].edges[1].leads_to(), "kernel::panic");
    EXPECT_EQ(functions[0].edges[0].branch.line, 12u);  // by line
    EXPECT_EQ(total_of(functions), (Share{22, 3}));
}

TEST(EdgeCoverage, programs_add_up) {
    EdgeCoverage coverage = covered({0});
    std::vector<u8> counters(40);
    counters[0] = 255;
    counters[1] = 1;
    coverage.add(counters);
    EXPECT_EQ(coverage.functions()[1].edges[0].hits, 258u);
    EXPECT_EQ(coverage.functions()[1].edges[1].hits, 1u);
}

TEST(UnreachableList, leaves_out_functions_and_the_ways_that_lead_to_them) {
    const auto functions = covered({0}).functions();
    const auto panic = UnreachableList::parse("# why\n\nkernel::panic | a broken kernel\n", "list");
    ASSERT_TRUE(panic) << panic.error().message;
    const auto left = panic->leave_out(functions);
    ASSERT_TRUE(left) << left.error().message;
    EXPECT_EQ(total_of(*left), (Share{21, 1}));
    const auto map = UnreachableList::parse("kernel::map | boot", "list")->leave_out(functions);
    ASSERT_TRUE(map) << map.error().message;
    EXPECT_EQ(total_of(*map), (Share{20, 0}));
    ASSERT_EQ(map->size(), 1u);
}

TEST(UnreachableList, what_is_wrong_with_it_is_named) {
    const auto error_of = [](std::string_view text) {
        const auto list = UnreachableList::parse(text, "list.txt");
        return list ? "no error" : list.error().message;
    };
    EXPECT_EQ(error_of("kernel::a | boot\nkernel::b\n"),
              "list.txt:2: found 'kernel::b', expected FUNCTION | REASON");
    EXPECT_THAT(error_of("kernel::a | "), HasSubstr("list.txt:1: found 'kernel::a | '"));
    EXPECT_THAT(error_of(" | boot"), HasSubstr("list.txt:1: "));
    EXPECT_EQ(error_of("a | boot\n# a\na | again\n"),
              "list.txt:3: found a again, expected it once");

    const auto functions = covered({}).functions();
    const auto refusal_of = [&](std::string_view text) {
        return UnreachableList::parse(text, "l")->leave_out(functions).error().message;
    };
    EXPECT_THAT(refusal_of("kernel::gone | boot"), HasSubstr("kernel::gone is listed"));
    EXPECT_THAT(
        refusal_of("kernel::find | boot"),
        HasSubstr("20 of 22 edges are listed as unreachable, 90.9 %; expected at most 10 %"));
}

TEST(CoverageReport, says_the_same_as_text_and_as_json) {
    CoverageReport report{"kmem", 5, covered({0, 10, 11, 12}).functions(), {}};
    report.reachable = *UnreachableList::parse("kernel::panic | a broken kernel", "l")
                            ->leave_out(report.functions);
    const std::string text = coverage_text(report);
    EXPECT_THAT(text, HasSubstr("    4 / 22     18.2 %"));
    EXPECT_THAT(text, HasSubstr("without what no program can reach (1 edges)"));
    EXPECT_THAT(text, HasSubstr("    4 / 21     19.0 %"));

    const auto json = nlohmann::json::parse(coverage_json(report));
    EXPECT_EQ(json["schema"], "stampede.coverage/1");
    EXPECT_EQ(json["total"]["edges"], 22);
    EXPECT_EQ(json["reachable"]["edges"], 21);
    const auto& find = json["functions"][0];
    EXPECT_EQ(find["function"], "kernel::find");
    EXPECT_EQ(find["lines"][1],
              (nlohmann::json{{"line", 20}, {"edges", 18}, {"covered", 3}, {"hits", 9}}));
}

TEST(CoverageReport, uncovered_edges_stand_by_line_once_with_their_number) {
    CoverageReport report{"kmem", 1, covered({0, 10}).functions(), {}};
    report.reachable = report.functions;
    EXPECT_EQ(uncovered_text(report),
              "kernel/mm/find.cpp:12 kernel::find: not taken\n"
              "kernel/mm/find.cpp:12 kernel::find: taken\n"
              "kernel/mm/find.cpp:20 kernel::find: taken (9 times)\n"
              "kernel/mm/find.cpp:20 kernel::find: not taken (8 times)\n"
              "kernel/mm/space.cpp:7 kernel::map: taken\n");
}

}  // namespace
}  // namespace stampede::fuzz
