// Offsets and meanings: RISC-V ACLINT specification 1.0. Which sizes fault, what reserved registers
// read and mtimecmp's value at reset: seen on QEMU 7.2's virt.
#include "harts/devices/clint.h"

#include <gmock/gmock.h>

#include <thread>

#include "harts/devices/test_doubles.h"

namespace stampede {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ClintTest : public testing::Test {
protected:
    std::optional<u64> load(u64 offset, unsigned size) { return clint.load(hart_0, offset, size); }
    bool store(u64 offset, unsigned size, u64 value) {
        return clint.store(hart_0, offset, size, value);
    }

    TestEnvironment environment;
    TestLines lines;
    Clint clint{2, environment, lines};
};

TEST_F(ClintTest, msip_drives_the_software_interrupt_of_its_hart) {
    EXPECT_TRUE(store(0x4, 4, 1));
    EXPECT_TRUE(lines.is_high(1, Interrupt::MachineSoftware));
    EXPECT_FALSE(lines.is_high(0, Interrupt::MachineSoftware));
    EXPECT_EQ(load(0x4, 4), 1u);
    EXPECT_TRUE(store(0x4, 4, 0));
    EXPECT_FALSE(lines.is_high(1, Interrupt::MachineSoftware));
}

TEST_F(ClintTest, only_the_lowest_bit_of_msip_exists) {
    EXPECT_TRUE(store(0x0, 4, 0xffff'ffff));
    EXPECT_EQ(load(0x0, 4), 1u);
    EXPECT_TRUE(store(0x0, 4, 0xffff'fffe));
    EXPECT_EQ(load(0x0, 4), 0u);
    EXPECT_FALSE(lines.is_high(0, Interrupt::MachineSoftware));
}

TEST_F(ClintTest, registers_of_absent_harts_read_zero_and_ignore_writes) {
    EXPECT_TRUE(store(0x8, 4, 1));
    EXPECT_EQ(load(0x8, 4), 0u);
    EXPECT_EQ(load(0x3ffc, 4), 0u);
    EXPECT_TRUE(store(0x4010, 8, 5));
    EXPECT_EQ(load(0x4010, 8), 0u);
    EXPECT_EQ(load(0xbff0, 8), 0u);
    EXPECT_EQ(lines.drives(), 0u);
    EXPECT_THAT(lines.take_timers(), IsEmpty());
}

TEST_F(ClintTest, mtimecmp_is_zero_at_reset_so_the_timer_is_due) {
    EXPECT_EQ(load(0x4000, 8), 0u);
    EXPECT_GE(clint.time(), clint.timer_compare({0}));
}

TEST_F(ClintTest, writing_mtimecmp_tells_that_hart_to_look_at_its_timer) {
    EXPECT_TRUE(store(0x4008, 8, 0x1111222233334444));
    EXPECT_EQ(clint.timer_compare({1}), 0x1111222233334444u);
    EXPECT_EQ(clint.timer_compare({0}), 0u);
    EXPECT_THAT(lines.take_timers(), ElementsAre(1));
}

TEST_F(ClintTest, halves_of_mtimecmp_are_written_and_read_alone) {
    EXPECT_TRUE(store(0x4000, 8, 0x1111222233334444));
    EXPECT_TRUE(store(0x4000, 4, 0xaaaaaaaabbbbbbbb));
    EXPECT_EQ(load(0x4000, 8), 0x11112222bbbbbbbbu);
    EXPECT_TRUE(store(0x4004, 4, 0xccccccccdddddddd));
    EXPECT_EQ(load(0x4000, 8), 0xddddddddbbbbbbbbu);
    EXPECT_EQ(load(0x4000, 4), 0xbbbbbbbbu);
    EXPECT_EQ(load(0x4004, 4), 0xddddddddu);
}

TEST_F(ClintTest, mtime_follows_the_environment) {
    environment.now = 0x1'2345'6789;
    EXPECT_EQ(load(0xbff8, 8), 0x1'2345'6789u);
    EXPECT_EQ(load(0xbff8, 4), 0x2345'6789u);
    EXPECT_EQ(load(0xbffc, 4), 1u);
    EXPECT_EQ(clint.time(), 0x1'2345'6789u);
}

TEST_F(ClintTest, writing_mtime_shifts_the_clock_and_tells_every_timer) {
    environment.now = 100;
    EXPECT_TRUE(store(0xbff8, 8, 0x7700000000000000));
    EXPECT_THAT(lines.take_timers(), ElementsAre(0, 1));
    environment.now = 150;
    EXPECT_EQ(clint.time(), 0x7700000000000032u);
    EXPECT_TRUE(store(0xbffc, 4, 1));
    EXPECT_EQ(clint.time(), 0x1'0000'0032u);
    EXPECT_TRUE(store(0xbff8, 4, 7));
    EXPECT_EQ(clint.time(), 0x1'0000'0007u);
}

TEST_F(ClintTest, wrong_sizes_fault) {
    for (const unsigned size : {1u, 2u, 8u}) {
        EXPECT_EQ(load(0x0, size), std::nullopt);
        EXPECT_FALSE(store(0x0, size, 1));
    }
    for (const unsigned size : {1u, 2u}) {
        EXPECT_EQ(load(0x4000, size), std::nullopt);
        EXPECT_FALSE(store(0x4000, size, 1));
        EXPECT_EQ(load(0xbff8, size), std::nullopt);
    }
}

TEST_F(ClintTest, nothing_answers_past_mtime) {
    EXPECT_EQ(load(0xc000, 4), std::nullopt);
    EXPECT_EQ(load(0xfff8, 8), std::nullopt);
    EXPECT_FALSE(store(0xc000, 8, 0));
}

TEST_F(ClintTest, restoring_the_state_restores_lines_and_timers) {
    environment.now = 10;
    EXPECT_TRUE(store(0x4, 4, 1));
    EXPECT_TRUE(store(0x4000, 8, 77));
    EXPECT_TRUE(store(0xbff8, 8, 1000));
    const ClintState saved = clint.state();
    const u64 hash = clint.hash(0);

    EXPECT_TRUE(store(0x4, 4, 0));
    EXPECT_TRUE(store(0x0, 4, 1));
    EXPECT_TRUE(store(0x4000, 8, 78));
    EXPECT_NE(clint.hash(0), hash);
    (void)lines.take_timers();

    clint.set_state(saved);
    EXPECT_EQ(clint.state(), saved);
    EXPECT_EQ(clint.hash(0), hash);
    EXPECT_TRUE(lines.is_high(1, Interrupt::MachineSoftware));
    EXPECT_FALSE(lines.is_high(0, Interrupt::MachineSoftware));
    EXPECT_EQ(clint.timer_compare({0}), 77u);
    EXPECT_EQ(clint.time(), 1000u);
    EXPECT_THAT(lines.take_timers(), ElementsAre(0, 1));
}

TEST_F(ClintTest, a_line_ends_at_its_registers_last_value_under_contention) {
    const auto toggle = [&] {
        for (int i = 0; i < 2000; ++i) {
            EXPECT_TRUE(store(0x4, 4, i % 2));
        }
    };
    {
        const std::jthread first(toggle);
        const std::jthread second(toggle);
    }
    EXPECT_EQ(lines.is_high(1, Interrupt::MachineSoftware), load(0x4, 4) == 1u);
}

TEST_F(ClintTest, halves_written_by_two_harts_do_not_lose_each_other) {
    const auto write_half = [&](u64 offset, u64 value) {
        for (u64 i = 1; i <= 2000; ++i) {
            EXPECT_TRUE(clint.store(hart_0, offset, 4, value * i));
        }
    };
    {
        const std::jthread low([&] { write_half(0x4000, 3); });
        const std::jthread high([&] { write_half(0x4004, 5); });
    }
    EXPECT_EQ(clint.timer_compare({0}), (u64{10000} << 32) | 6000);
}

}  // namespace
}  // namespace stampede
