#include "harts/report/seeded_bugs.h"

#include <gmock/gmock.h>

#include <map>

namespace stampede {
namespace {

using testing::ElementsAre;

TEST(SeededBugs, a_line_has_eight_fields) {
    const auto all = parse_seeded_bugs(
        "# name | ...\n"
        "x | mm/y.cpp | faults | race, leak | 2 | oom | no: why | what | is wrong\n"
        "short | mm/y.cpp | faults\n");
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
