// A dying process's memory.
#include "kernel/arch/riscv/machine.h"
#include "kernel/sys/ending.h"

namespace kernel {

void free_memory(Process& self) {
    AddressSpace gone;
    {
        InterruptsOff off;  // never to run by a page table that is being freed
        gone.take(self.space);
        arch::use_kernel_page_table();
    }
    gone.destroy();
    self.size = 0;
}

}  // namespace kernel
