#include "fuzz/campaign/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede::campaign {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Plot, steps_are_round_and_reach_the_largest_value) {
    EXPECT_THAT(round_steps(0), ElementsAre(0, 0.2, 0.4, testing::DoubleNear(0.6, 1e-9), testing::DoubleNear(0.8, 1e-9), 1));
    EXPECT_THAT(round_steps(8360), ElementsAre(0, 2000, 4000, 6000, 8000, 10000));
    EXPECT_THAT(round_steps(1000), ElementsAre(0, 200, 400, 600, 800, 1000));
    for (double most = 1; most < 1e12; most *= 1.37) {
        const auto steps = round_steps(most);
        EXPECT_GE(steps.back(), most);
        EXPECT_GE(steps.size(), 3u) << most;
        EXPECT_LE(steps.size(), 7u) << most;
    }
}

TEST(Plot, numbers_and_times_are_short) {
    EXPECT_EQ(short_number(950), "950");
    EXPECT_EQ(short_number(12000), "12 k");
    EXPECT_EQ(short_number(3.4e6), "3.4 M");
    EXPECT_EQ(time_text(45), "45 s");
    EXPECT_EQ(time_text(180), "3 min");
    EXPECT_EQ(time_text(8 * 3600), "8 h");
    EXPECT_EQ(time_text(3 * 86400), "3 d");
}

TEST(Plot, each_series_has_its_line_and_name_and_lies_within_the_drawing) {
    const std::string svg = plot("Title <1>", {{"one", {{0, 0}, {100, 50}}}, {"two & more", {{50, 25}, {100, 100}}}});
    EXPECT_THAT(svg, AllOf(HasSubstr("Title &lt;1&gt;"), HasSubstr("polyline class=\"s0\""), HasSubstr("polyline class=\"s1\""),
                           HasSubstr("two &amp; more"), HasSubstr("points=\"58.0,210.0 546.0,110.0 \""), HasSubstr("546.0,10.0 \"")));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(Plot, nothing_to_draw_is_an_empty_figure) {
    EXPECT_THAT(plot("None", {}), AllOf(HasSubstr("<figure>"), Not(HasSubstr("nan")), Not(HasSubstr("inf"))));
    EXPECT_THAT(plot("None", {{"empty", {}}}), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace stampede::campaign
