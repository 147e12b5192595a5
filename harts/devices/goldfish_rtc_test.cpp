// Registers: Goldfish virtual hardware's documentation ("Goldfish RTC"). Sizes that fault, and what
// the documentation leaves open: seen on QEMU 7.2 (harts/tests/devices/goldfish_rtc_test.cpp holds
// the two against each other).
#include "harts/devices/goldfish_rtc.h"

#include <gtest/gtest.h>

#include "harts/devices/test_doubles.h"

namespace stampede {
namespace {

constexpr u64 epoch = 0x1234'5678'9abc'def0;
constexpr u32 source = 11;

class GoldfishRtcTest : public testing::Test {
protected:
    u64 load(u64 offset) {
        const std::optional<u64> value = rtc.load(hart_0, offset, 4);
        EXPECT_TRUE(value.has_value()) << offset;
        return value.value_or(0);
    }
    void store(u64 offset, u64 value) {
        EXPECT_TRUE(rtc.store(hart_0, offset, 4, value)) << offset;
    }
    u64 clock() {
        const u64 low = load(0x00);
        return load(0x04) << 32 | low;
    }
    void set_alarm(u64 nanoseconds) {
        store(0x0c, nanoseconds >> 32);
        store(0x08, nanoseconds & 0xffff'ffff);
    }
    bool line() { return (plic.state().level[0] >> source & 1) != 0; }
    // As the machine does.
    void pass_to(u64 now) {
        environment.now = now;
        if (rtc.deadline() <= now) {
            rtc.tick(hart_0, now);
        }
    }

    TestEnvironment environment;
    TestLines lines;
    Plic plic{1, lines};
    unsigned deadlines = 0;  // that were told
    GoldfishRtc rtc{environment, plic, source, epoch, [this] { ++deadlines; }};
};

TEST_F(GoldfishRtcTest, tells_nanoseconds_since_1970) {
    EXPECT_EQ(clock(), epoch);
    environment.now = 3;
    EXPECT_EQ(clock(), epoch + 300);
}

TEST_F(GoldfishRtcTest, the_high_half_is_that_of_the_low_ones_reading) {
    EXPECT_EQ(load(0x04), 0u);
    EXPECT_EQ(load(0x00), epoch & 0xffff'ffff);
    environment.now = u64{1} << 40;
    EXPECT_EQ(load(0x04), epoch >> 32);
}

TEST_F(GoldfishRtcTest, can_be_set_by_halves) {
    environment.now = 5;
    store(0x00, 0x1000);
    EXPECT_EQ(clock(), (epoch & ~u64{0xffff'ffff}) | 0x1000);
    store(0x04, 0x77);
    EXPECT_EQ(clock(), u64{0x77} << 32 | 0x1000);
    environment.now = 6;
    EXPECT_EQ(clock(), (u64{0x77} << 32 | 0x1000) + 100);
}

TEST_F(GoldfishRtcTest, an_alarm_goes_off_in_its_nanosecond_and_not_before) {
    store(0x10, 1);
    set_alarm(epoch + 1001);  // ticks are of 100 ns
    EXPECT_EQ(load(0x18), 1u);
    EXPECT_EQ(rtc.deadline(), 11u);
    EXPECT_EQ(deadlines, 1u);
    pass_to(10);
    EXPECT_FALSE(line());
    pass_to(11);
    EXPECT_TRUE(line());
    EXPECT_EQ(load(0x18), 0u);
    EXPECT_EQ(rtc.deadline(), Device::never);
}

TEST_F(GoldfishRtcTest, a_reader_finds_an_alarm_gone_off_before_anybody_has_ticked_it) {
    store(0x10, 1);
    set_alarm(epoch + 1000);
    environment.now = 10;
    EXPECT_EQ(load(0x18), 0u);
    EXPECT_TRUE(line());
}

TEST_F(GoldfishRtcTest, an_alarm_in_the_past_goes_off_at_once) {
    store(0x10, 1);
    environment.now = 50;
    set_alarm(epoch + 5000);
    EXPECT_TRUE(line());
    EXPECT_EQ(load(0x18), 0u);
    EXPECT_EQ(rtc.deadline(), Device::never);
}

TEST_F(GoldfishRtcTest, the_high_half_alone_sets_no_alarm) {
    store(0x0c, ~u64{0});
    EXPECT_EQ(load(0x18), 0u);
    EXPECT_EQ(load(0x0c), 0xffff'ffffu);
    EXPECT_EQ(rtc.deadline(), Device::never);
}

TEST_F(GoldfishRtcTest, an_alarm_can_be_cleared) {
    set_alarm(epoch + 1000);
    store(0x14, 0);
    EXPECT_EQ(load(0x18), 0u);
    EXPECT_EQ(rtc.deadline(), Device::never);
    EXPECT_EQ(deadlines, 2u);
    store(0x10, 1);
    pass_to(100);
    EXPECT_FALSE(line());
    EXPECT_EQ(load(0x08), (epoch + 1000) & 0xffff'ffff);  // the register stays
}

TEST_F(GoldfishRtcTest, the_line_is_high_while_an_enabled_interrupt_is_pending) {
    set_alarm(1);
    EXPECT_FALSE(line());
    store(0x10, 3);
    EXPECT_EQ(load(0x10), 1u);
    EXPECT_TRUE(line());
    store(0x10, 2);
    EXPECT_FALSE(line());
    store(0x10, 1);
    EXPECT_TRUE(line());
    store(0x1c, 0);
    EXPECT_FALSE(line());
    store(0x10, 0);
    store(0x10, 1);
    EXPECT_FALSE(line());
}

TEST_F(GoldfishRtcTest, setting_the_clock_moves_no_alarm) {
    set_alarm(epoch + 1000);
    store(0x04, 0x7fff'ffff);
    EXPECT_EQ(rtc.deadline(), 10u);
    EXPECT_EQ(load(0x18), 1u);
}

TEST_F(GoldfishRtcTest, eight_bytes_are_the_lower_word_and_then_the_upper_one) {
    EXPECT_EQ(rtc.load(hart_0, 0x00, 8), epoch);
    EXPECT_TRUE(rtc.store(hart_0, 0x08, 8, u64{0x7000'0000} << 32 | 5));
    EXPECT_EQ(rtc.load(hart_0, 0x08, 8), u64{0x7000'0000} << 32 | 5);
    // the lower word has set the alarm, with the upper one that was there before
    EXPECT_EQ(load(0x18), 0u);
    EXPECT_TRUE(rtc.store(hart_0, 0x08, 8, u64{0x7000'0000} << 32 | 6));
    EXPECT_EQ(load(0x18), 1u);
    EXPECT_EQ(rtc.load(hart_0, 0x20, 8), std::nullopt);
    EXPECT_FALSE(rtc.store(hart_0, 0x20, 8, 0));
}

TEST_F(GoldfishRtcTest, smaller_accesses_fault_and_reserved_words_read_zero) {
    for (const unsigned size : {1u, 2u}) {
        EXPECT_EQ(rtc.load(hart_0, 0, size), std::nullopt);
        EXPECT_FALSE(rtc.store(hart_0, 0, size, 0));
    }
    EXPECT_EQ(load(0x14), 0u);
    EXPECT_EQ(load(0x1c), 0u);
    EXPECT_EQ(load(0x20), 0u);
    store(0x18, 1);
    store(0x20, 1);
    EXPECT_EQ(load(0x18), 0u);
    EXPECT_EQ(rtc.load(hart_0, 0x24, 4), std::nullopt);
    EXPECT_FALSE(rtc.store(hart_0, 0x24, 4, 0));
}

TEST_F(GoldfishRtcTest, clock_and_alarm_come_back) {
    store(0x04, 0x55);
    (void)clock();
    set_alarm((u64{0x66} << 32) + 7);
    store(0x10, 1);
    StateWriter saved;
    rtc.save(saved);
    const u64 hash = rtc.hash(0), deadline = rtc.deadline(), now = clock();
    EXPECT_NE(deadline, Device::never);
    pass_to(deadline);
    store(0x04, 0x99);
    (void)load(0x00);
    store(0x1c, 0);
    store(0x10, 0);
    EXPECT_NE(rtc.hash(0), hash);
    environment.now = 0;
    StateReader state(saved.bytes());
    rtc.restore(state);
    EXPECT_TRUE(state.at_end());
    EXPECT_EQ(rtc.hash(0), hash);
    EXPECT_EQ(rtc.deadline(), deadline);
    EXPECT_EQ(load(0x04), 0x55u);
    EXPECT_EQ(clock(), now);
    EXPECT_EQ(load(0x0c), 0x66u);
    EXPECT_EQ(load(0x08), 7u);
    EXPECT_EQ(load(0x10), 1u);
    EXPECT_EQ(load(0x18), 1u);
    pass_to(deadline);
    EXPECT_EQ(load(0x18), 0u);
    store(0x10, 0);
    store(0x10, 1);
    EXPECT_TRUE(line());  // what is pending counts again
}

}  // namespace
}  // namespace stampede
