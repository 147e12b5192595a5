#include "bench/bugs/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede::bench {
namespace {

std::expected<BugOptions, UsageExit> parsed(std::vector<const char*> words) {
    words.insert(words.begin(), "bench_bugs");
    return parse_bug_options(static_cast<int>(words.size()), words.data());
}

TEST(BugOptions, by_default_all_bugs_have_a_cell_a_schedule_and_seed) {
    const auto options = parsed({});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->cells().size(), seeded_bugs().size() * 4 * 3);
    EXPECT_EQ(options->seconds, 60);
    EXPECT_GE(options->jobs, 1u);
}

TEST(BugOptions, lists_and_names_choose_the_cells) {
    const auto options =
        parsed({"--bugs", "early_.*", "--schedules", "random:500,parallel", "--seeds", "1"});
    ASSERT_TRUE(options);
    EXPECT_THAT(options->cells(), testing::ElementsAre(Cell{"early_drop", "random:500", 1},
                                                       Cell{"early_drop", "parallel", 1},
                                                       Cell{"early_zombie", "random:500", 1},
                                                       Cell{"early_zombie", "parallel", 1}));
}

TEST(BugOptions, what_makes_no_sense_is_refused_by_name) {
    using testing::HasSubstr;
    EXPECT_THAT(parsed({"--bugs", "no_such"}).error().text,
                HasSubstr("no seeded bug matches no_such"));
    EXPECT_THAT(parsed({"--bugs", "("}).error().text, HasSubstr("--bugs: ("));
    EXPECT_THAT(parsed({"--schedules", "chaotic", "--named", "chaotic"}).error().text,
                HasSubstr("chaotic"));
    EXPECT_THAT(parsed({"--schedules", "random"}).error().text, HasSubstr("--named: parallel"));
    EXPECT_THAT(parsed({"--modes", "fast"}).error().text, HasSubstr("fast"));
    EXPECT_THAT(parsed({"--resume"}).error().text, HasSubstr("--out"));
    EXPECT_FALSE(parsed({"--seeds", "0"}).error().wanted);
    EXPECT_TRUE(parsed({"--help"}).error().wanted);
}

}  // namespace
}  // namespace stampede::bench
