// Registers and bits: National Semiconductor PC16550D data sheet, tables II to IV. Reset values of
// MCR, MSR and the divisor, and what accesses of other sizes do: seen on QEMU 7.2's virt.
#include "harts/devices/uart.h"

#include <gtest/gtest.h>

#include <string>

#include "harts/devices/test_doubles.h"

namespace stampede {
namespace {

constexpr u64 rbr = 0, thr = 0, dll = 0, ier = 1, dlm = 1, iir = 2, fcr = 2, lcr = 3, mcr = 4,
              lsr = 5, msr = 6, scr = 7;

class UartTest : public testing::Test {
protected:
    u64 load(u64 offset) { return uart.load(hart_0, offset, 1).value(); }
    void store(u64 offset, u64 value) { EXPECT_TRUE(uart.store(hart_0, offset, 1, value)); }
    bool interrupts() { return (plic.state().level[0] >> 10 & 1) != 0; }  // as long as it lasts
    // Whether a hart is interrupted; it takes the interrupt.
    bool interrupted() {
        const bool interrupted = plic.load(hart_0, 0x20'1004, 4) == 10u;
        EXPECT_TRUE(plic.store(hart_0, 0x20'1004, 4, 10));
        return interrupted;
    }
    void type(std::string_view text) {
        environment.type(text);
        uart.input_ready();
    }
    std::string read_all() {
        std::string text;
        while ((load(lsr) & 0x01) != 0) {
            text += static_cast<char>(load(rbr));
        }
        return text;
    }

    UartTest() {
        EXPECT_TRUE(plic.store(hart_0, 4 * 10, 4, 1));
        EXPECT_TRUE(plic.store(hart_0, 0x2080, 4, 1u << 10));  // supervisor mode of hart 0
    }

    TestEnvironment environment;
    TestLines lines;
    Plic plic{1, lines};
    std::string output;
    Uart uart{environment, plic, 10, [this](u8 byte) { output += static_cast<char>(byte); }};
};

TEST_F(UartTest, reset_values) {
    EXPECT_EQ(load(ier), 0x00u);
    EXPECT_EQ(load(iir), 0x01u);
    EXPECT_EQ(load(lcr), 0x00u);
    EXPECT_EQ(load(mcr), 0x08u);
    EXPECT_EQ(load(lsr), 0x60u);
    EXPECT_EQ(load(msr), 0xb0u);
    EXPECT_EQ(load(scr), 0x00u);
    store(lcr, 0x80);
    EXPECT_EQ(load(dll), 0x0cu);
    EXPECT_EQ(load(dlm), 0x00u);
}

TEST_F(UartTest, what_is_sent_comes_out_and_the_transmitter_is_empty_again) {
    for (const char c : std::string_view("hart 0 starting\n")) {
        store(thr, static_cast<u8>(c));
        EXPECT_EQ(load(lsr) & 0x60, 0x60u);
    }
    EXPECT_EQ(output, "hart 0 starting\n");
}

TEST_F(UartTest, the_divisor_latch_hides_data_and_interrupt_enable) {
    store(ier, 0x01);
    store(lcr, 0x83);
    store(dll, 0x03);
    store(dlm, 0x01);
    EXPECT_EQ(load(dll), 0x03u);
    EXPECT_EQ(load(dlm), 0x01u);
    store(lcr, 0x03);
    EXPECT_EQ(load(ier), 0x01u);
    EXPECT_EQ(output, "");
}

TEST_F(UartTest, only_bits_that_exist_are_kept) {
    store(ier, 0xff);
    EXPECT_EQ(load(ier), 0x0fu);
    store(mcr, 0xff);
    EXPECT_EQ(load(mcr), 0x1fu);
    store(scr, 0x5a);
    EXPECT_EQ(load(scr), 0x5au);
    store(lsr, 0x00);
    EXPECT_EQ(load(lsr), 0x60u);
}

TEST_F(UartTest, iir_tells_that_the_fifos_are_on) {
    store(fcr, 0x01);
    EXPECT_EQ(load(iir), 0xc1u);
    store(fcr, 0x00);
    EXPECT_EQ(load(iir), 0x01u);
}

TEST_F(UartTest, received_data_interrupts_until_it_is_read) {
    store(fcr, 0x07);
    store(ier, 0x01);
    EXPECT_FALSE(interrupts());
    type("ab");
    EXPECT_TRUE(interrupts());
    EXPECT_EQ(load(iir), 0xc4u);
    EXPECT_EQ(load(lsr), 0x61u);
    EXPECT_EQ(load(rbr), static_cast<u64>('a'));
    EXPECT_TRUE(interrupts());
    EXPECT_EQ(load(rbr), static_cast<u64>('b'));
    EXPECT_FALSE(interrupts());
    EXPECT_EQ(load(lsr), 0x60u);
    EXPECT_EQ(load(rbr), 0u);
}

TEST_F(UartTest, a_fifo_below_its_trigger_level_signals_the_time_out) {
    store(fcr, 0x81);  // trigger level 8
    store(ier, 0x01);
    type("1234567");
    EXPECT_EQ(load(iir), 0xccu);
    EXPECT_TRUE(interrupts());
    type("8");
    EXPECT_EQ(load(iir), 0xc4u);
}

TEST_F(UartTest, a_sender_is_held_back_and_no_byte_is_lost) {
    store(fcr, 0x01);
    store(ier, 0x01);
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        text += static_cast<char>('A' + i % 26);
    }
    type(text);
    EXPECT_EQ(environment.input.size(), 1000u - 16u);
    EXPECT_EQ(read_all(), text);
    EXPECT_FALSE(interrupts());
}

TEST_F(UartTest, without_fifos_one_byte_is_held) {
    store(ier, 0x01);
    type("xyz");
    EXPECT_EQ(environment.input.size(), 2u);
    EXPECT_EQ(load(iir), 0x04u);
    EXPECT_EQ(read_all(), "xyz");
}

TEST_F(UartTest, a_polling_guest_receives_without_interrupts) {
    type("poll");
    EXPECT_FALSE(interrupts());
    EXPECT_EQ(read_all(), "poll");
}

TEST_F(UartTest, what_was_typed_before_the_kernel_listened_survives_its_fifo_reset) {
    type("early\n");
    store(ier, 0x00);
    store(fcr, 0x07);
    store(ier, 0x03);
    EXPECT_TRUE(interrupts());
    EXPECT_EQ(read_all(), "early\n");
}

TEST_F(UartTest, a_fifo_reset_drops_what_was_received) {
    store(fcr, 0x01);
    store(ier, 0x01);
    type("gone");
    store(fcr, 0x03);
    EXPECT_EQ(load(lsr), 0x60u);
    EXPECT_FALSE(interrupts());
}

TEST_F(UartTest, enabling_the_transmitter_interrupt_signals_that_it_is_empty) {
    store(ier, 0x02);
    EXPECT_TRUE(interrupted());
    EXPECT_EQ(load(iir), 0x02u);
    EXPECT_FALSE(interrupted());  // reading IIR cleared it
    EXPECT_EQ(load(iir), 0x01u);
}

TEST_F(UartTest, each_byte_sent_signals_the_empty_transmitter_again) {
    store(ier, 0x02);
    EXPECT_EQ(load(iir), 0x02u);
    store(thr, 'x');
    EXPECT_TRUE(interrupted());
    EXPECT_EQ(load(iir), 0x02u);
    store(ier, 0x00);
    store(thr, 'y');
    EXPECT_FALSE(interrupted());
}

// As kernels that never read IIR have it.
TEST_F(UartTest, an_empty_transmitter_interrupts_once_a_byte_and_not_until_iir_is_read) {
    store(ier, 0x03);
    EXPECT_TRUE(interrupted());
    for (int n = 0; n < 3; ++n) {
        EXPECT_FALSE(interrupted());
        store(thr, 'x');
        EXPECT_TRUE(interrupted());
    }
    EXPECT_FALSE(interrupted());
    EXPECT_EQ(load(iir), 0x02u);
}

TEST_F(UartTest, a_byte_sent_while_the_interrupt_is_served_interrupts_again) {
    store(ier, 0x02);
    EXPECT_EQ(plic.load(hart_0, 0x20'1004, 4), 10u);
    store(thr, 'x');
    EXPECT_EQ(plic.load(hart_0, 0x20'1004, 4), 0u);
    EXPECT_TRUE(plic.store(hart_0, 0x20'1004, 4, 10));
    EXPECT_TRUE(interrupted());
    EXPECT_FALSE(interrupted());
}

TEST_F(UartTest, an_empty_transmitter_that_received_data_hid_interrupts_when_they_are_read) {
    store(ier, 0x03);
    EXPECT_TRUE(interrupted());
    type("a");
    store(thr, 'x');
    EXPECT_TRUE(interrupts());
    EXPECT_EQ(plic.load(hart_0, 0x20'1004, 4), 10u);
    EXPECT_EQ(load(rbr), static_cast<u64>('a'));
    EXPECT_FALSE(interrupts());
    EXPECT_TRUE(plic.store(hart_0, 0x20'1004, 4, 10));
    EXPECT_TRUE(interrupted());
    EXPECT_FALSE(interrupted());
    EXPECT_EQ(load(iir), 0x02u);
}

TEST_F(UartTest, what_is_sent_may_bring_an_answer_at_once) {
    store(ier, 0x01);
    type("");
    environment.type("ls");  // nobody calls input_ready()
    EXPECT_FALSE(interrupted());
    store(thr, '$');
    EXPECT_TRUE(interrupted());
    EXPECT_EQ(load(rbr), static_cast<u64>('l'));
}

TEST_F(UartTest, received_data_goes_before_the_transmitter) {
    store(fcr, 0x01);
    store(ier, 0x03);
    type("z");
    EXPECT_EQ(load(iir), 0xc4u);
    EXPECT_EQ(load(rbr), static_cast<u64>('z'));
    EXPECT_EQ(load(iir), 0xc2u);
}

TEST_F(UartTest, interrupts_reach_the_hart_through_source_10) {
    store(ier, 0x02);
    EXPECT_TRUE(lines.is_high(0, Interrupt::SupervisorExternal));
    EXPECT_EQ(plic.load(hart_0, 0x20'1004, 4), 10u);
    EXPECT_FALSE(lines.is_high(0, Interrupt::SupervisorExternal));
}

TEST_F(UartTest, loop_back_returns_what_is_sent_and_wires_the_modem_lines) {
    store(mcr, 0x1a);  // as Linux's 8250 driver asks: loop, OUT2, RTS
    EXPECT_EQ(load(msr), 0x90u);
    store(mcr, 0x15);
    EXPECT_EQ(load(msr), 0x60u);
    store(thr, 'L');
    EXPECT_EQ(output, "");
    EXPECT_EQ(load(rbr), static_cast<u64>('L'));
}

TEST_F(UartTest, only_loop_back_overruns_and_reading_lsr_clears_it) {
    store(mcr, 0x10);
    store(ier, 0x04);
    store(thr, '1');
    EXPECT_FALSE(interrupts());
    store(thr, '2');
    EXPECT_EQ(load(iir), 0x06u);
    EXPECT_TRUE(interrupts());
    EXPECT_EQ(load(lsr), 0x63u);
    EXPECT_FALSE(interrupts());
    EXPECT_EQ(load(lsr), 0x61u);
    EXPECT_EQ(load(rbr), static_cast<u64>('1'));
}

TEST_F(UartTest, input_waits_while_looped_back) {
    store(ier, 0x01);
    store(mcr, 0x10);
    type("w");
    EXPECT_EQ(load(lsr), 0x60u);
    store(mcr, 0x08);
    EXPECT_TRUE(interrupts());
    EXPECT_EQ(read_all(), "w");
}

TEST_F(UartTest, accesses_of_any_size_reach_the_register_at_their_offset) {
    store(scr, 0x11);
    EXPECT_EQ(uart.load(hart_0, lsr - 1, 4), 0x08u);  // MCR, not LSR's neighbours
    EXPECT_EQ(uart.load(hart_0, 2, 2), 0x01u);
    EXPECT_EQ(uart.load(hart_0, 0, 8), 0u);
    EXPECT_TRUE(uart.store(hart_0, msr, 2, 0x2277));
    EXPECT_EQ(load(scr), 0x11u);
    EXPECT_TRUE(uart.store(hart_0, thr, 4, 0x44434241));
    EXPECT_EQ(output, "A");
}

TEST_F(UartTest, nothing_answers_past_the_scratch_register) {
    EXPECT_EQ(uart.load(hart_0, 8, 1), std::nullopt);
    EXPECT_FALSE(uart.store(hart_0, 8, 1, 0));
    EXPECT_EQ(uart.load(hart_0, 0xfc, 4), std::nullopt);
}

TEST_F(UartTest, restoring_the_state_restores_what_a_guest_can_see) {
    store(fcr, 0x01);
    store(ier, 0x01);
    store(scr, 0x42);
    type("kept");
    const UartState saved = uart.state();
    const u64 hash = uart.hash(0);
    EXPECT_EQ(load(rbr), static_cast<u64>('k'));
    EXPECT_NE(uart.hash(0), hash);
    uart.set_state(saved);
    EXPECT_EQ(uart.hash(0), hash);
    EXPECT_EQ(load(scr), 0x42u);
    EXPECT_EQ(read_all(), "kept");
}

}  // namespace
}  // namespace stampede
