#include "harts/schedule/emulated_time/cache_lines.h"

#include <gtest/gtest.h>

namespace stampede {
namespace {

constexpr CacheCosts costs{.load_shared = 1,
                           .load_exclusive = 10,
                           .store = 100,
                           .upgrade = 1'000,
                           .atomic = 10'000,
                           .first = 100'000};
constexpr HartId a{0}, b{1}, c{63};
constexpr PhysAddr word = ram_base + 0x1040;

class CacheLinesTest : public testing::Test {
protected:
    Ram ram = *Ram::create(u64{4} << 20);
    CacheLines lines{ram, costs};

    // What the access costs long after all others.
    u64 cost(HartId hart, LineUse use, PhysAddr at = word) {
        now += 10'000'000;
        return lines.use(hart, at, use, now) - now;
    }
    u64 now = 0;
};

TEST_F(CacheLinesTest, who_is_first_pays_memorys_price_and_may_read_and_write) {
    EXPECT_EQ(cost(a, LineUse::Load), costs.first);
    EXPECT_EQ(cost(a, LineUse::Load), 0u);
    EXPECT_EQ(cost(a, LineUse::Store), 0u);
    EXPECT_EQ(cost(a, LineUse::Atomic), 0u);
    EXPECT_TRUE(lines.counts().empty()) << "nobody had to give it up";
}

TEST_F(CacheLinesTest, a_load_takes_a_copy_and_leaves_one) {
    cost(a, LineUse::Store);
    EXPECT_EQ(cost(b, LineUse::Load), costs.load_exclusive);
    EXPECT_EQ(cost(a, LineUse::Load), 0u);
    EXPECT_EQ(cost(c, LineUse::Load), costs.load_shared);
    EXPECT_EQ(cost(b, LineUse::Load), 0u);
}

TEST_F(CacheLinesTest, a_store_takes_all_copies_away) {
    cost(a, LineUse::Store);
    EXPECT_EQ(cost(b, LineUse::Store), costs.store);
    EXPECT_EQ(cost(a, LineUse::Load), costs.load_exclusive);
    EXPECT_EQ(cost(b, LineUse::Store), costs.upgrade);
    EXPECT_EQ(cost(b, LineUse::Store), 0u);
    EXPECT_EQ(cost(a, LineUse::Atomic), costs.atomic);
    EXPECT_EQ(cost(b, LineUse::Load), costs.load_exclusive);
    EXPECT_EQ(cost(b, LineUse::Atomic), costs.atomic);
    EXPECT_EQ(cost(b, LineUse::Atomic), 0u);
}

TEST_F(CacheLinesTest, neighbours_on_a_line_are_one_and_other_lines_are_not) {
    cost(a, LineUse::Store);
    EXPECT_EQ(cost(a, LineUse::Store, word + 63), 0u);
    EXPECT_EQ(cost(a, LineUse::Store, word + 64), costs.first);
    EXPECT_EQ(cost(b, LineUse::Store, word + 63), costs.store);
}

TEST_F(CacheLinesTest, who_wants_a_line_on_its_way_waits_for_it) {
    lines.use(a, word, LineUse::Store, 0);
    EXPECT_EQ(lines.use(b, word, LineUse::Store, 1'000'000), 1'000'100u);
    EXPECT_EQ(lines.use(c, word, LineUse::Store, 1'000'010), 1'000'200u)
        << "ninety cycles until it is there, then its own way";
    EXPECT_EQ(lines.use(a, word, LineUse::Load, 1'000'020), 1'000'210u);
    EXPECT_EQ(lines.use(b, word, LineUse::Load, 1'000'030), 1'000'211u)
        << "a copy, once there is one";
}

TEST_F(CacheLinesTest, copies_are_taken_at_once) {
    lines.use(a, word, LineUse::Load, 0);
    lines.use(b, word, LineUse::Load, 1'000'000);
    for (u32 hart = 2; hart < 10; ++hart) {
        EXPECT_EQ(lines.use({hart}, word, LineUse::Load, 2'000'000), 2'000'001u);
    }
}

TEST_F(CacheLinesTest, counts_tell_what_was_handed_on_and_how_long_that_took) {
    lines.use(a, word, LineUse::Store, 0);
    lines.use(b, word, LineUse::Store, 1'000'000);
    lines.use(c, word, LineUse::Store, 1'000'010);
    lines.use(a, word + 64, LineUse::Store, 0);
    lines.use(b, word + 8 + 3, LineUse::Load, 2'000'000);
    ASSERT_EQ(lines.counts().size(), 2u);
    EXPECT_EQ(lines.counts()[0].word, word);
    EXPECT_EQ(lines.counts()[0].transfers, 2u);
    EXPECT_EQ(lines.counts()[0].stalled, 100u + 190u);
    EXPECT_EQ(lines.counts()[1].word, word + 8) << "on the same line";
    EXPECT_EQ(lines.counts()[1].stalled, 10u);
    lines.count_anew();
    EXPECT_TRUE(lines.counts().empty());
    lines.use(a, word, LineUse::Load, 3'000'000);
    ASSERT_EQ(lines.counts().size(), 1u);
    EXPECT_EQ(lines.counts()[0].transfers, 1u);
}

}  // namespace
}  // namespace stampede
