// Traps from user mode: system calls, interrupts, faults; and the way back.
#include "kernel/arch/riscv/machine.h"
#include "kernel/base/print.h"
#include "kernel/mm/stats.h"
#include "kernel/proc/hart.h"
#include "kernel/proc/scheduler.h"
#include "kernel/proc/slots.h"
#include "kernel/proc/trap_frame.h"
#include "kernel/sys/dispatch.h"
#include "kernel/sys/lifecycle.h"
#include "kernel/trap/cause.h"
#include "kernel/trap/trap.h"

extern "C" void user_vector();
extern "C" void kernel_vector();
extern "C" [[noreturn]] void user_return(kernel::TrapFrame* frame);

namespace kernel {

namespace {

using arch::Csr;

void page_fault(Process& self, VirtAddr address, Access access) {
    Result<void> handled = self.space.handle_fault(address, access);
    if (handled) return;
    if (handled.error() == Error::out_of_memory) {
        count_event(statistics.oom_kills);
        print("out of memory: process %u killed at address 0x%016lx\n", self.pid, address.value);
    } else {
        print("Segmentation fault from process %u at address 0x%016lx\n", self.pid, address.value);
    }
    kill_self(self);
}

void unexpected(Process& self, std::uint64_t cause, std::uint64_t value) {
    print("usertrap(): unexpected scause 0x%lx pid=%u\n            sepc=0x%lx stval=0x%lx\n", cause, self.pid,
          self.trap_frame->pc, value);
    kill_self(self);
}

void system_call(Process& self) {
    if (is_killed(self)) exit_process(-1);
    self.trap_frame->pc += 4;   // behind the ecall
    dispatch_system_call(self);
}

void handle_exception(Process& self, std::uint64_t cause, std::uint64_t value) {
    switch (cause) {
    case cause_user_call: return system_call(self);
    case cause_fetch_page_fault: return page_fault(self, {value}, Access::execute);
    case cause_load_page_fault: return page_fault(self, {value}, Access::read);
    case cause_store_page_fault: return page_fault(self, {value}, Access::write);
    default: return unexpected(self, cause, value);
    }
}

}  // namespace

void traps_init() {
    arch::write_csr<Csr::stvec>(reinterpret_cast<std::uint64_t>(&kernel_vector));
    arch::write_csr<Csr::sie>(arch::interrupt_software | arch::interrupt_timer | arch::interrupt_external);
}

void return_to_user(Process& self) {
    for (;;) {
        arch::interrupts_on();
        if (is_killed(self)) exit_process(-1);
        arch::interrupts_off();
        if (!scheduler_stopping()) break;   // looked at with interrupts off: a later stop interrupts user mode
        scheduler_stop_here_if_asked(self);
    }
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
    Process& self = *this_hart().current;   // interrupts are off
    // Read before interrupts are on: a trap in the kernel changes them.
    std::uint64_t cause = arch::read_csr<Csr::scause>();
    std::uint64_t value = arch::read_csr<Csr::stval>();
    frame->pc = arch::read_csr<Csr::sepc>();
    if (cause & cause_interrupt) {
        if (handle_interrupt(cause) == Interrupt::timer && slice_over()) yield_hart();
    } else {
        arch::interrupts_on();
        handle_exception(self, cause, value);
    }
    return_to_user(self);
}
