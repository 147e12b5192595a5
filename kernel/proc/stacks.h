// Kernel stacks: one a process slot, in the kernel's BSS, with the trap frame at its top and a
// canary at its bottom.
#pragma once
#include <cstddef>
#include <cstdint>

namespace kernel {

struct Process;

// Gives the process of slot `slot` its stack and trap frame. Begin of the machine only.
void stack_assign(Process& process, std::uint32_t slot);
// Panics when the process has overrun its stack.
void stack_check(const Process& process);

}  // namespace kernel
