// The life of processes: made by fork, ended by exit, taken away by their parent's wait.
#pragma once
#include <cstdint>

#include "kernel/proc/process.h"

namespace kernel {

// Makes the first process. In its context it runs /init with the words of `boot_arguments` (static)
// as its arguments.
void make_first_process(const char* boot_arguments);
// The first process's own beginning: becomes /init. Its context, interrupts on.
void run_init(Process& self);

// A copy of the caller, who gets the child's pid. no_process: every slot is taken; out_of_memory.
// Nothing is left of a failure.
Result<std::uint32_t> fork_process(Process& parent);
// Ends the calling process; its parent gets `status`.
[[noreturn]] void exit_process(int status);
// Waits for a child to end, stores its status at `status_address` (unless null) and returns its
// pid. no_process: no child, or killed; bad_address: the child stays.
Result<std::uint32_t> wait_for_child(VirtAddr status_address);

}  // namespace kernel
