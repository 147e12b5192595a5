// Corner cases of the value operations; expected values are the specification's (unprivileged,
// chapters "RV64I", "M" and "A").
#include "harts/isa/values.h"

#include <gtest/gtest.h>

namespace stampede::isa {
namespace {

constexpr u64 all_ones = 0xffff'ffff'ffff'ffff;
constexpr u64 most_negative = 0x8000'0000'0000'0000;
constexpr u64 most_positive = 0x7fff'ffff'ffff'ffff;

// Chapter "M", table "Semantics for division by zero and division overflow".
TEST(Values, division_by_zero_gives_all_ones_and_the_dividend) {
    EXPECT_EQ(divide(5, 0), all_ones);
    EXPECT_EQ(divide(most_negative, 0), all_ones);
    EXPECT_EQ(divide(0, 0), all_ones);
    EXPECT_EQ(divide_unsigned(5, 0), all_ones);
    EXPECT_EQ(divide_unsigned(0, 0), all_ones);
    EXPECT_EQ(remainder(5, 0), 5u);
    EXPECT_EQ(remainder(all_ones, 0), all_ones);
    EXPECT_EQ(remainder_unsigned(5, 0), 5u);
    EXPECT_EQ(remainder_unsigned(most_negative, 0), most_negative);
}

TEST(Values, division_overflow_gives_the_dividend_and_no_remainder) {
    EXPECT_EQ(divide(most_negative, all_ones), most_negative);
    EXPECT_EQ(remainder(most_negative, all_ones), 0u);
    EXPECT_EQ(divide_unsigned(most_negative, all_ones), 0u);
    EXPECT_EQ(remainder_unsigned(most_negative, all_ones), most_negative);
}

// Rounds towards zero; the remainder has the dividend's sign.
TEST(Values, signed_division_rounds_towards_zero) {
    EXPECT_EQ(divide(0xffff'ffff'ffff'fff9, 2), 0xffff'ffff'ffff'fffd);     // -7 / 2 = -3
    EXPECT_EQ(remainder(0xffff'ffff'ffff'fff9, 2), 0xffff'ffff'ffff'ffff);  // -1
    EXPECT_EQ(divide(7, 0xffff'ffff'ffff'fffe), 0xffff'ffff'ffff'fffd);     // 7 / -2 = -3
    EXPECT_EQ(remainder(7, 0xffff'ffff'ffff'fffe), 1u);
    EXPECT_EQ(divide(0xffff'ffff'ffff'fff9, 0xffff'ffff'ffff'fffe), 3u);
    EXPECT_EQ(divide_unsigned(0xffff'ffff'ffff'fff9, 2), 0x7fff'ffff'ffff'fffcu);
}

TEST(Values, high_products) {
    EXPECT_EQ(multiply_high(most_negative, most_negative), 0x4000'0000'0000'0000u);
    EXPECT_EQ(multiply_high(most_negative, all_ones), 0u);  // 2^63
    EXPECT_EQ(multiply_high(most_negative, 1), all_ones);
    EXPECT_EQ(multiply_high(all_ones, all_ones), 0u);
    EXPECT_EQ(multiply_high(most_positive, most_positive), 0x3fff'ffff'ffff'ffffu);
    EXPECT_EQ(multiply_high_unsigned(all_ones, all_ones), 0xffff'ffff'ffff'fffeu);
    EXPECT_EQ(multiply_high_unsigned(most_negative, 2), 1u);
    // -1 * (2^64 - 1) = -2^64 + 1
    EXPECT_EQ(multiply_high_signed_unsigned(all_ones, all_ones), all_ones);
    EXPECT_EQ(multiply_high_signed_unsigned(most_negative, all_ones), 0x8000'0000'0000'0000u);
    EXPECT_EQ(multiply_high_signed_unsigned(1, all_ones), 0u);
    EXPECT_EQ(multiply_high_signed_unsigned(2, all_ones), 1u);
}

TEST(Values, shifts_take_the_low_six_bits_of_their_amount) {
    EXPECT_EQ(shl(1, 63), most_negative);
    EXPECT_EQ(shl(1, 64), 1u);
    EXPECT_EQ(shl(1, all_ones), most_negative);
    EXPECT_EQ(shr(most_negative, 63), 1u);
    EXPECT_EQ(shr(most_negative, 64), most_negative);
    EXPECT_EQ(sar(most_negative, 63), all_ones);
    EXPECT_EQ(sar(most_negative, 127), all_ones);
    EXPECT_EQ(sar(most_positive, 62), 1u);
}

TEST(Values, extension_follows_the_type) {
    EXPECT_EQ(extend<i8>(0x180), 0xffff'ffff'ffff'ff80u);
    EXPECT_EQ(extend<u8>(0x180), 0x80u);
    EXPECT_EQ(extend<i16>(0x1'8000), 0xffff'ffff'ffff'8000u);
    EXPECT_EQ(extend<u16>(0x1'8000), 0x8000u);
    EXPECT_EQ(extend<i32>(0x1'8000'0000), 0xffff'ffff'8000'0000u);
    EXPECT_EQ(extend<u32>(all_ones), 0xffff'ffffu);
    EXPECT_EQ(extend<i64>(most_negative), most_negative);
    EXPECT_EQ(extend<u64>(all_ones), all_ones);
}

TEST(Values, comparisons_know_their_sign) {
    EXPECT_TRUE(less(most_negative, most_positive));
    EXPECT_FALSE(less(most_positive, most_negative));
    EXPECT_FALSE(less(5, 5));
    EXPECT_TRUE(below(most_positive, most_negative));
    EXPECT_FALSE(below(all_ones, 0));
    EXPECT_EQ(number(true), 1u);
    EXPECT_EQ(number(false), 0u);
}

constexpr i32 word_min = -2147483647 - 1;
constexpr i32 word_max = 2147483647;

TEST(Values, amo_results_wrap_and_compare_by_their_kind) {
    EXPECT_EQ(amo_result<i32>(AmoOp::Swap, 1, 2), 2);
    EXPECT_EQ(amo_result<i32>(AmoOp::Add, word_max, 1), word_min);
    EXPECT_EQ(amo_result<i64>(AmoOp::Add, -1, 1), 0);
    EXPECT_EQ(amo_result<i32>(AmoOp::Xor, 0x0ff0, 0x00ff), 0x0f0f);
    EXPECT_EQ(amo_result<i32>(AmoOp::And, 0x0ff0, 0x00ff), 0x00f0);
    EXPECT_EQ(amo_result<i32>(AmoOp::Or, 0x0ff0, 0x00ff), 0x0fff);
    EXPECT_EQ(amo_result<i32>(AmoOp::Min, -1, 1), -1);
    EXPECT_EQ(amo_result<i32>(AmoOp::Max, -1, 1), 1);
    EXPECT_EQ(amo_result<i32>(AmoOp::Minu, -1, 1), 1);
    EXPECT_EQ(amo_result<i32>(AmoOp::Maxu, -1, 1), -1);
    EXPECT_EQ(amo_result<i32>(AmoOp::Min, word_min, word_max), word_min);
    EXPECT_EQ(amo_result<i32>(AmoOp::Maxu, word_min, word_max), word_min);
    EXPECT_EQ(amo_result<i64>(AmoOp::Minu, static_cast<i64>(most_negative),
                              static_cast<i64>(most_positive)),
              static_cast<i64>(most_positive));
}

TEST(Values, ordering_reads_aq_and_rl) {
    EXPECT_FALSE(ordering(0).acquire || ordering(0).release);
    EXPECT_TRUE(ordering(1).release && !ordering(1).acquire);
    EXPECT_TRUE(ordering(2).acquire && !ordering(2).release);
    EXPECT_TRUE(ordering(3).acquire && ordering(3).release);
}

}  // namespace
}  // namespace stampede::isa
