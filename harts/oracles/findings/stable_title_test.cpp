#include "harts/oracles/findings/stable_title.h"

#include <gtest/gtest.h>

namespace stampede {
namespace {

TEST(StableTitle, numbers_of_their_own_are_replaced) {
    EXPECT_EQ(stable_title("byte 17 of page 3: found 0x00ffAB, expected 9"),
              "byte N of page N: found N, expected N");
    EXPECT_EQ(stable_title("pid=12"), "pid=N");
    EXPECT_EQ(stable_title("-1"), "-N");
}

TEST(StableTitle, digits_inside_words_stay) {
    EXPECT_EQ(stable_title("sv39 walk of u64 in page_2 by 2nd"),
              "sv39 walk of u64 in page_2 by 2nd");
}

TEST(StableTitle, blanks_and_control_characters_fold_into_one_blank) {
    EXPECT_EQ(stable_title("  panic:\t\x1b lost\r\n"), "panic: lost");
}

TEST(StableTitle, long_texts_are_cut) {
    EXPECT_EQ(stable_title(std::string(1000, 'x')).size(), 160u);
}

TEST(StableTitle, nothing_stays_nothing) { EXPECT_EQ(stable_title(""), ""); }

}  // namespace
}  // namespace stampede
