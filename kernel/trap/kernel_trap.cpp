// Traps of the kernel itself: interrupts, wherever they are on. Anything else is a bug of the
// kernel.
#include "kernel/arch/riscv/devices.h"
#include "kernel/arch/riscv/machine.h"
#include "kernel/base/print.h"
#include "kernel/fs/fs.h"
#include "kernel/proc/clock.h"
#include "kernel/proc/hart.h"
#include "kernel/proc/scheduler.h"
#include "kernel/trap/cause.h"
#include "kernel/trap/trap.h"

namespace kernel {

using arch::Csr;

namespace {

void external_interrupt() {
    std::uint32_t source = arch::plic_claim();
    if (source == arch::uart_irq) {
        char byte;
        while (arch::uart_receive(byte)) {
            if (!scheduler_stopping()) {
                console_receive(byte);
            }
        }
    }
    if (source) {
        arch::plic_complete(source);
    }
}

}  // namespace

Interrupt handle_interrupt(std::uint64_t cause) {
    switch (cause) {
    case cause_software_interrupt:
        // what it says is found where one looks anyway: queues, `stopping`
        arch::clear_csr<Csr::sip>(arch::interrupt_software);
        return Interrupt::other;
    case cause_timer_interrupt: clock_interrupt(); return Interrupt::timer;
    case cause_external_interrupt: external_interrupt(); return Interrupt::other;
    default: return Interrupt::none;
    }
}

}  // namespace kernel

extern "C" void kernel_trap() {
    using namespace kernel;
    std::uint64_t cause = arch::read_csr<Csr::scause>();
    std::uint64_t pc = arch::read_csr<Csr::sepc>();
    std::uint64_t status = arch::read_csr<Csr::sstatus>();
    if (!(cause & cause_interrupt)) {
        panic("kernel trap: scause 0x%lx sepc 0x%lx stval 0x%lx", cause, pc,
              arch::read_csr<Csr::stval>());
    }
    Interrupt kind = handle_interrupt(cause);
    if (kind == Interrupt::none) {
        panic("kernel trap: unknown interrupt 0x%lx", cause);
    }
    // Interrupts were on, so no lock is held: a process may be taken off its hart here.
    if (kind == Interrupt::timer && this_hart().current && slice_over()) {
        yield_hart();
    }
    arch::write_csr<Csr::sepc>(pc);  // others may have trapped meanwhile
    arch::write_csr<Csr::sstatus>(status);
}
