#include "stress/workloads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "harts/report/seeded_bugs.h"

namespace stampede {
namespace {

using testing::HasSubstr;

TEST(Workloads, a_line_is_name_kind_and_description) {
    const std::vector<Workload> all = parse_workloads("a | test | one | two\n\nno bars\nb | bench | three");
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].name, "a");
    EXPECT_EQ(all[0].kind, "test");
    EXPECT_EQ(all[0].description, "one | two");
    EXPECT_EQ(all[1].name, "b");
}

TEST(Workloads, every_one_that_is_built_in_has_a_known_kind_and_a_description) {
    EXPECT_GE(workloads().size(), 8u);
    for (const Workload& workload : workloads()) {
        EXPECT_THAT(workload.kind, testing::AnyOf("test", "torture", "bench")) << workload.name;
        EXPECT_GE(workload.description.size(), 10u) << workload.name;
    }
}

TEST(Workloads, every_one_that_is_built_in_has_its_source_where_it_says) {
    for (const Workload& workload : workloads()) {
        EXPECT_TRUE(std::filesystem::exists(STAMPEDE_SOURCE / workload.source())) << workload.source();
    }
}

TEST(Workloads, policies_are_the_kernels_of_a_folder) {
    const std::filesystem::path folder =
        std::filesystem::path(testing::TempDir()) / ("policies-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    for (const char* name :
         {"kernel-b.elf", "kernel-a.elf", "kernel-seeded_bug_x.elf", "kernel-.elf", "other.elf", "kernel-a.map"}) {
        std::ofstream(folder / name) << "x";
    }
    const std::vector<Policy> policies = find_policies(folder);
    ASSERT_EQ(policies.size(), 3u);
    EXPECT_EQ(policies[0].name, "a");
    EXPECT_EQ(policies[0].kernel, folder / "kernel-a.elf");
    EXPECT_EQ(policies[1].name, "b");
    EXPECT_FALSE(policies[1].is_seeded_bug());
    EXPECT_TRUE(policies[2].is_seeded_bug());
    std::filesystem::remove_all(folder);
    EXPECT_TRUE(find_policies(folder).empty());
}

TEST(Workloads, the_listing_names_all_of_them_and_marks_seeded_policies) {
    const std::string text = listing({{"w", "torture", "does things"}}, {{"kmem", {}}, {"seeded_bug_unlocked_counts", {}}});
    EXPECT_THAT(text, HasSubstr("  w               does things\n"));
    EXPECT_THAT(text, HasSubstr("  kmem\n"));
    EXPECT_THAT(text, testing::ContainsRegex("wrong on purpose.*\n  seeded_bug_unlocked_counts +counts changed"));
    EXPECT_THAT(text, HasSubstr("shell"));
}

TEST(Workloads, each_seeded_bug_names_an_oracle_and_a_workload_that_there_are) {
    std::set<std::string> names;
    for (const SeededBug& bug : seeded_bugs()) {
        EXPECT_TRUE(names.insert(bug.name).second) << bug.name << " stands twice";
        EXPECT_FALSE(bug.oracles.empty()) << bug.name;
        EXPECT_TRUE(std::ranges::find(workloads(), bug.workload, &Workload::name) != workloads().end()) << bug.name;
        EXPECT_THAT(bug.passes_cowtest, testing::MatchesRegex("yes|no: .+")) << bug.name;
        EXPECT_LE(bug.depth, 2u) << bug.name;
    }
}

}  // namespace
}  // namespace stampede
