#include "harts/memory/line_versions.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace stampede {
namespace {

TEST(LineVersionsTest, bytes_of_a_line_share_a_version_and_neighbours_do_not) {
    LineVersions versions;
    EXPECT_EQ(&versions.of({0x8000'0000}), &versions.of({0x8000'003f}));
    EXPECT_NE(&versions.of({0x8000'0000}), &versions.of({0x8000'0040}));
    EXPECT_NE(&versions.of({0x8000'0000}), &versions.of({0x7fff'ffff}));
}

TEST(LineVersionsTest, the_64_lines_of_a_page_have_64_versions) {
    LineVersions versions;
    for (u64 line = 1; line < 64; ++line) {
        for (u64 earlier = 0; earlier < line; ++earlier) {
            ASSERT_NE(&versions.of({0x8000'0000 + line * 64}),
                      &versions.of({0x8000'0000 + earlier * 64}));
        }
    }
}

TEST(LineVersionsTest, lines_1_mib_apart_are_aliases) {
    LineVersions versions;
    EXPECT_EQ(&versions.of({0x8000'0000}), &versions.of({0x8010'0000}));
}

TEST(LineVersionsTest, a_store_makes_an_earlier_version_useless) {
    LineVersions versions;
    LineVersions::Word& word = versions.of({0x8000'0000});
    const u64 seen = word.load();
    LineVersions::unlock_changed(word, LineVersions::lock(word));
    EXPECT_FALSE(LineVersions::try_lock(word, seen));
    EXPECT_EQ(word.load() & 1, 0u) << "a failed attempt locks nothing";
}

TEST(LineVersionsTest, a_lock_without_a_store_keeps_the_version) {
    LineVersions versions;
    LineVersions::Word& word = versions.of({0x8000'0000});
    const u64 seen = word.load();
    LineVersions::unlock_unchanged(word, LineVersions::lock(word));
    ASSERT_TRUE(LineVersions::try_lock(word, seen));
    EXPECT_FALSE(LineVersions::try_lock(word, seen)) << "it is locked";
    LineVersions::unlock_changed(word, seen);
}

// Threads add to two words under one line's lock; readers that see one version twice must see equal
// words.
TEST(LineVersionsTest, a_reader_of_one_version_sees_no_half_of_a_store) {
    LineVersions versions;
    LineVersions::Word& word = versions.of({0x8000'0000});
    std::atomic<u64> first{0}, second{0};
    constexpr u64 rounds = 5'000;
    std::vector<std::thread> threads;
    for (int n = 0; n < 2; ++n) {
        threads.emplace_back([&] {
            for (u64 round = 0; round < rounds; ++round) {
                const u64 version = LineVersions::lock(word);
                first.store(first.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
                second.store(second.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
                LineVersions::unlock_changed(word, version);
            }
        });
    }
    u64 torn = 0;
    while (second.load(std::memory_order_relaxed) != 2 * rounds) {
        const u64 version = word.load(std::memory_order_acquire);
        const u64 one = first.load(std::memory_order_acquire);
        const u64 two = second.load(std::memory_order_acquire);
        torn += (version & 1) == 0 && word.load(std::memory_order_relaxed) == version && one != two;
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(torn, 0u);
    EXPECT_EQ(first.load(), 2 * rounds);
    EXPECT_EQ(word.load(), 2 * 2 * rounds);
}

}  // namespace
}  // namespace stampede
