// What user code's exceptions mean: system calls, page faults, and what no program should do.
#include "kernel/base/print.h"
#include "kernel/frames/stats.h"
#include "kernel/proc/scheduler.h"
#include "kernel/proc/slots.h"
#include "kernel/proc/trap_frame.h"
#include "kernel/sys/dispatch.h"
#include "kernel/sys/lifecycle.h"
#include "kernel/trap/cause.h"
#include "kernel/trap/trap.h"

namespace kernel {

namespace {

// Three causes, one copy: beside a fault's cost a call is nothing.
[[gnu::noinline]] void page_fault(Process& self, VirtAddr address, Access access) {
    Result<void> handled = self.space.handle_fault(address, access);
    if (handled) {
        return;
    }
    if (handled.error() == Error::out_of_memory && &self == first_process) {
        // nobody can do without it: it faults again until somebody has given memory back
        let_anybody_run();
        return;
    }
    if (handled.error() == Error::out_of_memory) {
        count_event(&Statistics::oom_kills);
        print("out of memory: process %u killed at address 0x%016lx\n", self.pid, address.value);
    } else {
        print("Segmentation fault from process %u at address 0x%016lx\n", self.pid, address.value);
    }
    kill_self(self);
}

void unexpected(Process& self, std::uint64_t cause, std::uint64_t value) {
    print("usertrap(): unexpected scause 0x%lx pid=%u\n            sepc=0x%lx stval=0x%lx\n", cause,
          self.pid, self.trap_frame->pc, value);
    kill_self(self);
}

void system_call(Process& self) {
    if (is_killed(self)) {
        exit_process(-1);
    }
    self.trap_frame->pc += 4;  // behind the ecall
    dispatch_system_call(self);
}

}  // namespace

void handle_user_exception(Process& self, std::uint64_t cause, std::uint64_t value) {
    switch (cause) {
    case cause_user_call: return system_call(self);
    case cause_fetch_page_fault: return page_fault(self, {value}, Access::execute);
    case cause_load_page_fault: return page_fault(self, {value}, Access::read);
    case cause_store_page_fault: return page_fault(self, {value}, Access::write);
    default: return unexpected(self, cause, value);
    }
}

}  // namespace kernel
