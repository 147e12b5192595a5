// Load-reserved and store-conditional as the host has them: exact, as the specification's are.
#include <gtest/gtest.h>

#include <thread>

#include "kernel/arch/arch.h"

namespace kernel::test {
namespace {

void store_elsewhere(std::uint64_t& word, std::uint64_t value) {
    std::jthread([&] {
        arch::load_reserved(&word);
        EXPECT_TRUE(arch::store_conditional(&word, value));
    });
}

TEST(Reservation, a_store_conditional_stores_where_nobody_has_stored_since) {
    std::uint64_t word = 1;
    EXPECT_EQ(arch::load_reserved(&word), 1u);
    EXPECT_TRUE(arch::store_conditional(&word, 2));
    EXPECT_EQ(word, 2u);
}

TEST(Reservation, it_fails_where_the_same_value_has_been_stored_again) {
    std::uint64_t word = 1;
    arch::load_reserved(&word);
    store_elsewhere(word, 5);
    store_elsewhere(word, 1);
    EXPECT_FALSE(arch::store_conditional(&word, 2));
    EXPECT_EQ(word, 1u);
}

TEST(Reservation, it_fails_without_one_and_the_second_time) {
    std::uint64_t word = 1, other = 1;
    arch::load_reserved(&word);
    EXPECT_FALSE(arch::store_conditional(&other, 2));
    EXPECT_FALSE(arch::store_conditional(&word, 2));
    arch::load_reserved(&word);
    EXPECT_TRUE(arch::store_conditional(&word, 3));
    EXPECT_FALSE(arch::store_conditional(&word, 4));
    EXPECT_EQ(word, 3u);
}

}  // namespace
}  // namespace kernel::test
