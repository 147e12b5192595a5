#include "stress/report/summary.h"

#include <gmock/gmock.h>

namespace stampede {
namespace {

using testing::HasSubstr;
using testing::Not;

RunReport report() {
    RunReport report;
    report.options = {{"workload", "forkbomb"},
                      {"cpus", "2"},
                      {"memory", "128M"},
                      {"policy", "kmem"},
                      {"seed", "5"}};
    return report;
}

TEST(Summary, says_what_was_suppressed_and_by_which_rule) {
    RunReport with = report();
    with.suppressed = {{"holding", 1200}, {"panicked", 34}};
    EXPECT_THAT(summary_text(with, {}),
                HasSubstr("\n  suppressed    1,234 in all; by rule 1,200 holding, 34 panicked\n"));
    EXPECT_THAT(summary_text(report(), {}), Not(HasSubstr("suppressed")));
}

TEST(Summary, says_which_oracles_watched_and_why_the_others_did_not) {
    RunReport with = report();
    with.oracles = {{"console", ""}, {"races", "no --race"}, {"audit", ""}};
    EXPECT_THAT(summary_text(with, {}),
                HasSubstr("\n  oracles       console, audit; off: races (no --race)\n"));
    EXPECT_THAT(summary_text(report(), {}), Not(HasSubstr("oracles")));
}

TEST(Summary, says_how_counts_were_found_or_why_there_are_none) {
    RunReport with = report();
    with.inferred = {{"locks", true, "3"},
                     {"counts", true, "refs[pa/4096], agreed with 31 frames"}};
    EXPECT_THAT(summary_text(with, {}),
                HasSubstr("\n  counts        refs[pa/4096], agreed with 31 frames\n"));
    with.inferred[1] = {"counts", false, "no array agrees"};
    EXPECT_THAT(summary_text(with, {}), HasSubstr("\n  counts        none: no array agrees\n"));
    EXPECT_THAT(summary_text(report(), {}), Not(HasSubstr("counts")));
}

TEST(Summary, numbers_are_grouped_by_three_digits) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(1234567), "1,234,567");
}

}  // namespace
}  // namespace stampede
