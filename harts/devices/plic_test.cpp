// Offsets and meanings: RISC-V PLIC specification 1.0.0, chapters 3 to 9. Sizes and reserved
// registers: seen on QEMU 7.2's virt.
#include "harts/devices/plic.h"

#include <gtest/gtest.h>

#include <thread>

#include "harts/devices/test_doubles.h"

namespace stampede {
namespace {

constexpr u32 uart = 10;

class PlicTest : public testing::Test {
protected:
    u64 load(u64 offset) { return plic.load(hart_0, offset, 4).value(); }
    void store(u64 offset, u64 value) { EXPECT_TRUE(plic.store(hart_0, offset, 4, value)); }
    void set_priority(u32 source, u32 priority) { store(4 * source, priority); }
    void enable(u32 context, u32 source) {
        const u64 offset = 0x2000 + 0x80 * context + source / 32 * 4;
        store(offset, load(offset) | (u32{1} << (source % 32)));
    }
    u64 claim(u32 context) { return load(0x20'0004 + 0x1000 * context); }
    void complete(u32 context, u32 source) { store(0x20'0004 + 0x1000 * context, source); }
    void set_threshold(u32 context, u32 value) { store(0x20'0000 + 0x1000 * context, value); }

    TestLines lines;
    Plic plic{2, lines};
};

TEST_F(PlicTest, an_enabled_source_reaches_the_contexts_mode_of_its_hart) {
    set_priority(uart, 1);
    enable(3, uart);  // supervisor mode of hart 1
    plic.set_level(uart, Level::High);
    EXPECT_TRUE(lines.is_high(1, Interrupt::SupervisorExternal));
    EXPECT_FALSE(lines.is_high(1, Interrupt::MachineExternal));
    EXPECT_FALSE(lines.is_high(0, Interrupt::SupervisorExternal));
    enable(0, uart);  // machine mode of hart 0, enabled while it is pending
    EXPECT_TRUE(lines.is_high(0, Interrupt::MachineExternal));
}

TEST_F(PlicTest, pending_is_seen_in_the_sources_bit) {
    plic.set_level(uart, Level::High);
    plic.set_level(33, Level::High);
    EXPECT_EQ(load(0x1000), 0x400u);
    EXPECT_EQ(load(0x1004), 0x2u);
    EXPECT_EQ(load(0x1008), 0u);
    store(0x1000, 0);  // read-only
    EXPECT_EQ(load(0x1000), 0x400u);
}

TEST_F(PlicTest, priority_zero_never_interrupts) {
    enable(1, uart);
    plic.set_level(uart, Level::High);
    EXPECT_FALSE(lines.is_high(0, Interrupt::SupervisorExternal));
    EXPECT_EQ(claim(1), 0u);
    set_priority(uart, 1);
    EXPECT_TRUE(lines.is_high(0, Interrupt::SupervisorExternal));
}

TEST_F(PlicTest, only_priorities_above_the_threshold_interrupt) {
    set_priority(uart, 3);
    enable(1, uart);
    set_threshold(1, 3);
    plic.set_level(uart, Level::High);
    EXPECT_FALSE(lines.is_high(0, Interrupt::SupervisorExternal));
    set_threshold(1, 2);
    EXPECT_TRUE(lines.is_high(0, Interrupt::SupervisorExternal));
    EXPECT_EQ(load(0x20'1000), 2u);
}

TEST_F(PlicTest, priorities_and_thresholds_keep_three_bits) {
    store(4 * uart, 0xffff'ffff);
    EXPECT_EQ(load(4 * uart), 7u);
    store(0x20'0000, 0xffff'fff5);
    EXPECT_EQ(load(0x20'0000), 5u);
}

TEST_F(PlicTest, a_claim_takes_the_highest_priority_and_then_the_lowest_number) {
    for (const u32 source : {5u, 10u, 40u, 95u}) {
        enable(1, source);
        plic.set_level(source, Level::High);
    }
    set_priority(5, 1);
    set_priority(10, 4);
    set_priority(40, 7);
    set_priority(95, 4);
    EXPECT_EQ(claim(1), 40u);
    EXPECT_EQ(claim(1), 10u);
    EXPECT_EQ(claim(1), 95u);
    EXPECT_EQ(claim(1), 5u);
    EXPECT_EQ(claim(1), 0u);
}

TEST_F(PlicTest, a_claim_clears_pending_and_lowers_every_contexts_line) {
    set_priority(uart, 1);
    enable(1, uart);
    enable(3, uart);
    plic.set_level(uart, Level::High);
    EXPECT_EQ(claim(1), uart);
    EXPECT_EQ(load(0x1000), 0u);
    EXPECT_FALSE(lines.is_high(0, Interrupt::SupervisorExternal));
    EXPECT_FALSE(lines.is_high(1, Interrupt::SupervisorExternal));
    EXPECT_EQ(claim(3), 0u);
}

TEST_F(PlicTest, the_gateway_forwards_nothing_until_completion) {
    set_priority(uart, 1);
    enable(1, uart);
    plic.set_level(uart, Level::High);
    EXPECT_EQ(claim(1), uart);
    plic.set_level(uart, Level::Low);
    plic.set_level(uart, Level::High);
    EXPECT_EQ(load(0x1000), 0u);
    EXPECT_EQ(claim(1), 0u);
    complete(1, uart);
    EXPECT_TRUE(lines.is_high(0, Interrupt::SupervisorExternal));
    EXPECT_EQ(claim(1), uart);
}

TEST_F(PlicTest, a_line_that_fell_while_it_was_served_is_not_pending_after_completion) {
    set_priority(uart, 1);
    enable(1, uart);
    plic.set_level(uart, Level::High);
    EXPECT_EQ(claim(1), uart);
    plic.set_level(uart, Level::Low);
    complete(1, uart);
    EXPECT_EQ(load(0x1000), 0u);
    EXPECT_FALSE(lines.is_high(0, Interrupt::SupervisorExternal));
}

TEST_F(PlicTest, a_request_stays_pending_when_its_line_falls) {
    set_priority(uart, 1);
    enable(1, uart);
    plic.set_level(uart, Level::High);
    plic.set_level(uart, Level::Low);
    EXPECT_EQ(load(0x1000), 0x400u);
    EXPECT_EQ(claim(1), uart);
}

TEST_F(PlicTest, a_pulse_is_one_request) {
    set_priority(uart, 1);
    enable(1, uart);
    plic.pulse(uart);
    EXPECT_TRUE(lines.is_high(0, Interrupt::SupervisorExternal));
    EXPECT_EQ(claim(1), uart);
    complete(1, uart);
    EXPECT_FALSE(lines.is_high(0, Interrupt::SupervisorExternal));
    EXPECT_EQ(claim(1), 0u);
}

TEST_F(PlicTest, pulses_that_come_while_the_source_is_served_are_one_request_afterwards) {
    set_priority(uart, 1);
    enable(1, uart);
    plic.pulse(uart);
    EXPECT_EQ(claim(1), uart);
    plic.pulse(uart);
    plic.pulse(uart);
    EXPECT_FALSE(lines.is_high(0, Interrupt::SupervisorExternal));
    EXPECT_EQ(claim(1), 0u);
    const PlicState saved = plic.state();
    for (int n = 0; n < 2; ++n) {
        complete(1, uart);
        EXPECT_TRUE(lines.is_high(0, Interrupt::SupervisorExternal));
        EXPECT_EQ(claim(1), uart);
        complete(1, uart);
        EXPECT_EQ(claim(1), 0u);
        plic.set_state(saved);
    }
}

TEST_F(PlicTest, completing_what_was_not_claimed_does_nothing) {
    set_priority(uart, 1);
    enable(1, uart);
    complete(1, uart);
    complete(1, 0);
    complete(1, 0xffff'ffff);
    plic.set_level(uart, Level::High);
    EXPECT_EQ(claim(1), uart);
    complete(1, 11);
    EXPECT_EQ(claim(1), 0u);
}

TEST_F(PlicTest, disabling_a_source_lowers_the_line) {
    set_priority(uart, 1);
    enable(1, uart);
    plic.set_level(uart, Level::High);
    store(0x2080, 0);
    EXPECT_FALSE(lines.is_high(0, Interrupt::SupervisorExternal));
}

TEST_F(PlicTest, source_zero_does_not_exist) {
    store(0, 7);
    EXPECT_EQ(load(0), 0u);
    store(0x2000, 0xffff'ffff);
    EXPECT_EQ(load(0x2000), 0xffff'fffeu);
}

TEST_F(PlicTest, reserved_registers_read_zero_and_ignore_writes) {
    // Past the last source, past the last word, contexts of harts that are not there, past claim,
    // and the aperture's end.
    for (const u64 offset :
         {0x1fcull, 0x100cull, 0x200cull, 0x2280ull, 0x20'0008ull, 0x20'5000ull, 0x5f'fffcull}) {
        store(offset, 0xffff'ffff);
        EXPECT_EQ(load(offset), 0u) << std::hex << offset;
    }
}

TEST_F(PlicTest, only_accesses_of_four_bytes_are_answered) {
    for (const unsigned size : {1u, 2u, 8u}) {
        EXPECT_EQ(plic.load(hart_0, 0x28, size), std::nullopt);
        EXPECT_FALSE(plic.store(hart_0, 0x28, size, 1));
    }
}

TEST_F(PlicTest, a_line_is_driven_only_when_it_changes) {
    set_priority(uart, 1);
    enable(1, uart);
    plic.set_level(uart, Level::High);
    EXPECT_EQ(lines.drives(), 1u);
    plic.set_level(uart, Level::High);
    plic.set_level(uart, Level::Low);
    EXPECT_EQ(lines.drives(), 1u);
}

TEST_F(PlicTest, restoring_the_state_drives_every_line) {
    set_priority(uart, 1);
    enable(1, uart);
    plic.set_level(uart, Level::High);
    const PlicState saved = plic.state();
    const u64 hash = plic.hash(0);
    EXPECT_EQ(claim(1), uart);
    EXPECT_NE(plic.hash(0), hash);
    plic.set_state(saved);
    EXPECT_EQ(plic.state(), saved);
    EXPECT_EQ(plic.hash(0), hash);
    EXPECT_TRUE(lines.is_high(0, Interrupt::SupervisorExternal));
    EXPECT_EQ(claim(1), uart);
}

TEST(PlicOfManyHarts, the_last_of_64_harts_has_both_its_contexts) {
    TestLines lines;
    Plic plic(64, lines);
    EXPECT_TRUE(plic.store(hart_0, 4 * uart, 4, 1));
    EXPECT_TRUE(plic.store(hart_0, 0x2000 + 0x80 * 127, 4, 1u << uart));
    EXPECT_TRUE(plic.store(hart_0, 0x2000 + 0x80 * 126, 4, 1u << uart));
    plic.set_level(uart, Level::High);
    EXPECT_TRUE(lines.is_high(63, Interrupt::SupervisorExternal));
    EXPECT_TRUE(lines.is_high(63, Interrupt::MachineExternal));
    EXPECT_EQ(plic.load({63}, 0x20'0004 + 0x1000 * 127, 4), uart);
}

TEST_F(PlicTest, each_request_is_claimed_by_exactly_one_hart) {
    set_priority(uart, 1);
    enable(1, uart);
    enable(3, uart);
    constexpr u32 requests = 2000;
    std::atomic<u32> served{0};  // relaxed would do: the joins order the last read
    const auto serve = [&](u32 context) {
        while (served.load() < requests) {
            if (claim(context) == uart) {
                if (served.fetch_add(1) + 1 >= requests) {
                    plic.set_level(uart, Level::Low);
                }
                complete(context, uart);
            }
        }
    };
    plic.set_level(uart, Level::High);
    {
        const std::jthread first(serve, 1);
        const std::jthread second(serve, 3);
    }
    EXPECT_EQ(served.load(), requests);
    EXPECT_EQ(load(0x1000), 0u);
}

}  // namespace
}  // namespace stampede
