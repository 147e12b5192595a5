// Traps from user mode: interrupts, exceptions (user_exception.cpp); and the way back.
#include "kernel/arch/riscv/machine.h"
#include "kernel/proc/hart.h"
#include "kernel/proc/scheduler.h"
#include "kernel/proc/trap_frame.h"
#include "kernel/sys/lifecycle.h"
#include "kernel/trap/cause.h"
#include "kernel/trap/trap.h"

extern "C" void user_vector();
extern "C" void kernel_vector();
extern "C" [[noreturn]] void user_return(kernel::TrapFrame* frame);

namespace kernel {

using arch::Csr;

void traps_init() {
    arch::write_csr<Csr::stvec>(reinterpret_cast<std::uint64_t>(&kernel_vector));
    arch::write_csr<Csr::sie>(arch::interrupt_software | arch::interrupt_timer |
                              arch::interrupt_external);
}

void return_to_user(Process& self) {
    arch::interrupts_on();
    if (is_killed(self)) {
        exit_process(-1);
    }
    arch::interrupts_off();
    scheduler_stop_here_if_asked(self);  // with interrupts off: a later stop interrupts user mode
    TrapFrame& frame = *self.trap_frame;
    frame.kernel_tp = arch::cpu_id();
    arch::write_csr<Csr::stvec>(reinterpret_cast<std::uint64_t>(&user_vector));
    arch::write_csr<Csr::sepc>(frame.pc);
    arch::clear_csr<Csr::sstatus>(arch::sstatus_spp);
    arch::set_csr<Csr::sstatus>(arch::sstatus_spie);
    user_return(&frame);
}

}  // namespace kernel

extern "C" [[noreturn]] void user_trap(kernel::TrapFrame* frame) {
    using namespace kernel;
    arch::write_csr<Csr::stvec>(reinterpret_cast<std::uint64_t>(&kernel_vector));
    Process& self = *this_hart().current;  // interrupts are off
    // Read before interrupts are on: a trap in the kernel changes them.
    std::uint64_t cause = arch::read_csr<Csr::scause>();
    std::uint64_t value = arch::read_csr<Csr::stval>();
    frame->pc = arch::read_csr<Csr::sepc>();
    if (cause & cause_interrupt) {
        if (handle_interrupt(cause) == Interrupt::timer && slice_over()) {
            yield_hart();
        }
    } else {
        arch::interrupts_on();
        handle_user_exception(self, cause, value);
    }
    return_to_user(self);
}
