#include "kernel/arch/riscv/devices.h"

#include "kernel/arch/riscv/layout.h"

namespace kernel::arch {

namespace {

// 16550: register numbers are byte offsets.
constexpr std::uint64_t uart_data = uart_base, uart_interrupt_enable = uart_base + 1,
                        uart_fifo_control = uart_base + 2, uart_line_status = uart_base + 5;
constexpr std::uint8_t receive_ready = 1 << 0, transmit_empty = 1 << 5;

// PLIC ("RISC-V Platform-Level Interrupt Controller Specification"): context 2 h + 1 is hart h in
// supervisor mode.
constexpr std::uint64_t plic_priority(std::uint32_t source) { return plic_base + 4 * source; }
constexpr std::uint64_t plic_enable(unsigned hart) { return plic_base + 0x2080 + 0x100 * hart; }
constexpr std::uint64_t plic_threshold(unsigned hart) {
    return plic_base + 0x201000 + 0x2000 * hart;
}
constexpr std::uint64_t plic_claim_register(unsigned hart) { return plic_threshold(hart) + 4; }

}  // namespace

void console_put(char byte) {
    while (!(device<std::uint8_t>(uart_line_status) & transmit_empty)) {
        spin_pause();
    }
    device<std::uint8_t>(uart_data) = static_cast<std::uint8_t>(byte);
}

void uart_init() {
    device<std::uint8_t>(uart_fifo_control) = 1;
    device<std::uint8_t>(uart_interrupt_enable) = 1;  // received data available
}

bool uart_receive(char& byte) {
    if (!(device<std::uint8_t>(uart_line_status) & receive_ready)) {
        return false;
    }
    byte = static_cast<char>(device<std::uint8_t>(uart_data));
    return true;
}

void plic_init() {
    device<std::uint32_t>(plic_priority(uart_irq)) = 1;
    device<std::uint32_t>(plic_enable(0)) = 1u << uart_irq;
    device<std::uint32_t>(plic_threshold(0)) = 0;
}

std::uint32_t plic_claim() { return device<std::uint32_t>(plic_claim_register(cpu_id())); }
void plic_complete(std::uint32_t source) {
    device<std::uint32_t>(plic_claim_register(cpu_id())) = source;
}

}  // namespace kernel::arch
