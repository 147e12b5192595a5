#include "harts/schedule/random_numbers.h"

#include <gtest/gtest.h>

namespace stampede {
namespace {

// Vigna's splitmix64.c from the state 1234567; the values are those that other implementations
// publish for it.
TEST(RandomNumbersTest, splitmix64_gives_the_published_numbers) {
    u64 state = 1234567;
    for (const u64 expected :
         {u64{6457827717110365317}, u64{3203168211198807973}, u64{9817491932198370423u},
          u64{4593380528125082431}, u64{16408922859458223821u}}) {
        EXPECT_EQ(splitmix64(state), expected);
    }
}

// The state {1, 2, 3, 4}, as in the tests of Rust's rand_xoshiro, made with the authors'
// xoshiro256starstar.c.
TEST(RandomNumbersTest, xoshiro256_gives_the_published_numbers) {
    RandomNumbers numbers(std::array<u64, 4>{1, 2, 3, 4});
    for (const u64 expected :
         {u64{11520}, u64{0}, u64{1509978240}, u64{1215971899390074240}, u64{1216172134540287360},
          u64{607988272756665600}, u64{16172922978634559625u}, u64{8476171486693032832},
          u64{10595114339597558777u}, u64{2904607092377533576}}) {
        EXPECT_EQ(numbers.next(), expected);
    }
}

TEST(RandomNumbersTest, below_reaches_every_number_about_equally_often) {
    RandomNumbers numbers(7);
    std::array<unsigned, 7> seen{};
    constexpr unsigned draws = 70'000;
    for (unsigned n = 0; n < draws; ++n) {
        const u64 value = numbers.below(seen.size());
        ASSERT_LT(value, seen.size());
        ++seen[value];
    }
    for (const unsigned times : seen) {
        EXPECT_NEAR(times, draws / seen.size(), 500);  // five standard deviations
    }
    EXPECT_EQ(numbers.below(1), 0u);
}

// Three numbers for four that are drawn: without Lemire's rejection the multiples of three would
// come twice as often.
TEST(RandomNumbersTest, below_is_even_for_a_bound_near_the_largest) {
    RandomNumbers numbers(7);
    std::array<unsigned, 3> seen{};
    for (unsigned n = 0; n < 30'000; ++n) {
        ++seen[numbers.below(u64{3} << 62) % 3];
    }
    for (const unsigned times : seen) {
        EXPECT_NEAR(times, 10'000, 410);  // five standard deviations
    }
}

TEST(RandomNumbersTest, a_chance_of_0_never_comes_and_one_of_all_always) {
    RandomNumbers numbers(7);
    for (unsigned n = 0; n < 100; ++n) {
        EXPECT_FALSE(numbers.chance(0, 3));
        EXPECT_TRUE(numbers.chance(3, 3));
    }
}

TEST(RandomNumbersTest, nth_bit_counts_set_bits_from_the_lowest) {
    EXPECT_EQ(nth_bit(0b1011, 0), 0u);
    EXPECT_EQ(nth_bit(0b1011, 2), 3u);
    EXPECT_EQ(nth_bit(u64{1} << 63, 0), 63u);
}

}  // namespace
}  // namespace stampede
