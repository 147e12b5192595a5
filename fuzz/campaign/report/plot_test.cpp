#include "fuzz/campaign/report/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede::campaign {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Plot, times_are_short) {
    EXPECT_EQ(time_text(45), "45 s");
    EXPECT_EQ(time_text(180), "3 min");
    EXPECT_EQ(time_text(8 * 3600), "8 h");
    EXPECT_EQ(time_text(3 * 86400), "3 d");
}

TEST(Plot, each_series_has_its_line_and_name_and_lies_within_the_drawing) {
    const std::string svg =
        plot("Title <1>", {{"one", {{0, 0}, {100, 50}}}, {"two & more", {{50, 25}, {100, 100}}}});
    EXPECT_THAT(svg,
                AllOf(HasSubstr("Title &lt;1&gt;"), HasSubstr("polyline class=\"s0\""),
                      HasSubstr("polyline class=\"s1\""), HasSubstr("two &amp; more"),
                      HasSubstr("points=\"58.0,210.0 546.0,110.0 \""), HasSubstr("546.0,10.0 \"")));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(Plot, nothing_to_draw_is_an_empty_figure) {
    EXPECT_THAT(plot("None", {}),
                AllOf(HasSubstr("<figure>"), Not(HasSubstr("nan")), Not(HasSubstr("inf"))));
    EXPECT_THAT(plot("None", {{"empty", {}}}), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace stampede::campaign
