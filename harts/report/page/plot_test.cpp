#include "harts/report/page/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Plot, steps_are_round_and_reach_the_largest_value) {
    EXPECT_THAT(round_steps(0), ElementsAre(0, 0.2, 0.4, testing::DoubleNear(0.6, 1e-9),
                                            testing::DoubleNear(0.8, 1e-9), 1));
    EXPECT_THAT(round_steps(0.9), ElementsAre(0, 0.2, 0.4, testing::DoubleNear(0.6, 1e-9),
                                              testing::DoubleNear(0.8, 1e-9), 1));
    EXPECT_THAT(round_steps(8360), ElementsAre(0, 2000, 4000, 6000, 8000, 10000));
    EXPECT_THAT(round_steps(1000), ElementsAre(0, 200, 400, 600, 800, 1000));
    for (double most = 1; most < 1e12; most *= 1.37) {
        const auto steps = round_steps(most);
        EXPECT_GE(steps.back(), most);
        EXPECT_GE(steps.size(), 3u) << most;
        EXPECT_LE(steps.size(), 7u) << most;
    }
}

TEST(Plot, numbers_are_short) {
    EXPECT_EQ(short_number(0), "0");
    EXPECT_EQ(short_number(0.25), "0.25");
    EXPECT_EQ(short_number(950), "950");
    EXPECT_EQ(short_number(12000), "12 k");
    EXPECT_EQ(short_number(3.4e6), "3.4 M");
}

TEST(Plot, a_fit_is_drawn_beside_what_was_measured) {
    const std::string svg = svg_of(
        {.title = "t",
         .series =
             {{.name = "one", .points = {{0, 1}, {1, 2}}, .fit = {{0, 1}, {1, 1}}, .colour = 7}},
         .ticks = {{0, "1"}, {1, "2 <"}}});
    EXPECT_THAT(svg, AllOf(HasSubstr("class=\"s7 fit\""), HasSubstr("class=\"s7\""),
                           HasSubstr("2 &lt;</text>"), HasSubstr("546.0,10.0 ")));
}

}  // namespace
}  // namespace stampede
