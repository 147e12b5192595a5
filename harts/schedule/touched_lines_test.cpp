#include "harts/schedule/touched_lines.h"

#include <gtest/gtest.h>

namespace stampede {
namespace {

constexpr HartId a{0}, b{1};

class TouchedLinesTest : public testing::Test {
protected:
    Ram ram = std::move(*Ram::create(u64{2} << 20));
    TouchedLines lines{ram};
    const PhysAddr at = ram_base + 0x1040;
};

TEST_F(TouchedLinesTest, what_one_hart_touches_is_its_own) {
    EXPECT_FALSE(lines.touch(a, at));
    EXPECT_FALSE(lines.touch(a, at + 63));
    EXPECT_EQ(lines.table()[0x1040 / 64], lines.entry_of(a));
}

TEST_F(TouchedLinesTest, the_second_change_of_hands_makes_it_everybodys) {
    EXPECT_FALSE(lines.touch(a, at));
    EXPECT_FALSE(lines.touch(b, at)) << "freed by a, allocated by b, for all one knows";
    EXPECT_EQ(lines.table()[0x1040 / 64], lines.entry_of(b));
    EXPECT_TRUE(lines.touch(a, at));
    EXPECT_TRUE(lines.touch(a, at));
    EXPECT_TRUE(lines.touch(b, at));
}

TEST_F(TouchedLinesTest, neighbours_have_nothing_to_do_with_it) {
    for (const HartId hart : {a, b, a}) {
        (void)lines.touch(hart, at);
    }
    EXPECT_FALSE(lines.touch(a, at + 64));
    EXPECT_EQ(lines.shared(), std::vector{at});
}

TEST_F(TouchedLinesTest, forgetting_starts_anew_also_when_the_epochs_are_used_up) {
    for (unsigned n = 0; n < 1200; ++n) {  // 511 epochs
        EXPECT_FALSE(lines.touch(a, at)) << n;
        EXPECT_FALSE(lines.touch(b, at)) << n;
        EXPECT_TRUE(lines.touch(a, at)) << n;
        lines.forget();
        EXPECT_TRUE(lines.shared().empty() || n % 100 != 0);
    }
}

TEST_F(TouchedLinesTest, what_was_touched_511_epochs_ago_does_not_come_to_life_again) {
    for (const HartId hart : {a, b, a}) {
        (void)lines.touch(hart, at);
    }
    for (unsigned n = 0; n < 511; ++n) {
        lines.forget();
    }
    EXPECT_TRUE(lines.shared().empty());
    EXPECT_FALSE(lines.touch(a, at));
    EXPECT_FALSE(lines.touch(b, at)) << "the first change of hands";
}

TEST_F(TouchedLinesTest, what_has_changed_hands_once_has_been_touched_by_several) {
    (void)lines.touch(a, at);
    (void)lines.touch(b, at);
    EXPECT_EQ(lines.shared(), std::vector{at});
}

TEST_F(TouchedLinesTest, what_is_known_to_be_shared_needs_no_proof_and_is_not_forgotten) {
    lines.assume_shared({at, PhysAddr{0x1000}, ram_base + (u64{2} << 20)});
    EXPECT_TRUE(lines.touch(a, at));
    lines.forget();
    EXPECT_TRUE(lines.touch(b, at + 8));
}

TEST_F(TouchedLinesTest, the_last_line_is_one_of_them) {
    const PhysAddr last = ram_base + ((u64{2} << 20) - TouchedLines::line_size);
    lines.assume_shared({last});
    EXPECT_EQ(lines.shared(), std::vector{last});
}

TEST_F(TouchedLinesTest, the_last_harts_entry_is_no_other_ones) {
    EXPECT_FALSE(lines.touch(HartId{max_harts - 1}, at));
    EXPECT_FALSE(lines.touch(HartId{max_harts - 1}, at));
    EXPECT_NE(lines.entry_of(HartId{max_harts - 1}), lines.entry_of(a));
}

}  // namespace
}  // namespace stampede
