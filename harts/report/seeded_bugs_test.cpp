#include "harts/report/seeded_bugs.h"

#include <gmock/gmock.h>

#include <map>

namespace stampede {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(SeededBugs, a_line_has_eight_fields) {
    const auto table = parse_seeded_bugs(
        "# name | ...\n"
        "x | mm/y.cpp | faults | race, leak | 2 | oom | no: why | what | is wrong\n");
    ASSERT_TRUE(table.has_value()) << table.error().message;
    const std::vector<SeededBug>& all = *table;
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].policy(), "seeded_bug_x");
    EXPECT_EQ(all[0].replaces, "mm/y.cpp");
    EXPECT_EQ(all[0].bug_class, "faults");
    EXPECT_THAT(all[0].oracles, ElementsAre(FindingKind::race, FindingKind::leak));
    EXPECT_EQ(all[0].depth, 2u);
    EXPECT_EQ(all[0].workload, "oom");
    EXPECT_EQ(all[0].passes_cowtest, "no: why");
    EXPECT_EQ(all[0].description, "what | is wrong");
}

TEST(SeededBugs, a_line_that_is_wrong_is_refused_by_its_number) {
    const auto refusal = [](const std::string& line) {
        const auto table = parse_seeded_bugs("# name | ...\n\n" + line + "\n");
        return table ? "taken" : table.error().message;
    };
    EXPECT_THAT(refusal("short | mm/y.cpp | faults"),
                StartsWith("kernel/seeded_bugs/seeded_bugs.txt:3: `short | mm/y.cpp | faults`: "
                           "expected 8 fields"));
    EXPECT_THAT(refusal("x | mm/y.cpp | faults | race, lake | 2 | oom | yes | what"),
                HasSubstr(":3: oracle `lake`"));
    EXPECT_THAT(refusal("x | mm/y.cpp | faults | race | deep | oom | yes | what"),
                HasSubstr(":3: depth `deep`"));
}

TEST(SeededBugs, a_policy_is_one_where_the_table_has_it) {
    const SeededBug& first = seeded_bugs().front();
    EXPECT_EQ(seeded_bug_of("seeded_bug_" + first.name), &first);
    EXPECT_EQ(seeded_bug_of(first.name), nullptr);
    EXPECT_EQ(seeded_bug_of("seeded_bug_of_nobody"), nullptr);
}

TEST(SeededBugs, they_cover_every_class_and_depth) {
    std::map<std::string, int> of_class;
    int deep = 0;
    for (const SeededBug& bug : seeded_bugs()) {
        ++of_class[bug.bug_class];
        deep += bug.depth >= 2;
    }
    EXPECT_GE(of_class["counts"], 5);
    EXPECT_GE(of_class["mappings"], 5);
    EXPECT_GE(of_class["faults"], 5);
    EXPECT_GE(of_class["copyout"], 3);
    EXPECT_GE(of_class["elsewhere"], 2);
    EXPECT_EQ(of_class.size(), 5u) << "a class that there is not";
    EXPECT_GE(deep, 6);
}

}  // namespace
}  // namespace stampede
