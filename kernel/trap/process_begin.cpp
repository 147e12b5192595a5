#include "kernel/arch/riscv/machine.h"
#include "kernel/proc/hart.h"
#include "kernel/proc/slots.h"
#include "kernel/sys/lifecycle.h"
#include "kernel/trap/trap.h"

// Where every process's kernel context begins, once: the scheduler hands its lock over.
extern "C" void process_begin() NO_THREAD_SAFETY_ANALYSIS {
    using namespace kernel;
    Process& self = *this_hart().current;
    self.lock.unlock();
    if (&self == first_process) {
        arch::interrupts_on();
        run_init(self);
    }
    return_to_user(self);
}
