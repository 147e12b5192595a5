// The life of processes: made by fork, ended by exit, taken away by their parent's wait.
#pragma once
#include <cstdint>

#include "kernel/proc/process.h"

namespace kernel {

// Fills the free slots. Once, by the boot hart.
void processes_init();
// Makes the first process, which runs /init with `boot_arguments` (words divided by spaces; static) as its arguments.
void make_first_process(const char* boot_arguments);

// A copy of the caller, who gets the child's pid. no_process: every slot is taken; out_of_memory. Nothing is left of a
// failure.
Result<std::uint32_t> fork_process(Process& parent);
// Ends the calling process; its parent gets `status`.
[[noreturn]] void exit_process(int status);
// Waits for a child to end, stores its status at `status_address` (unless null) and returns its pid. no_process: no
// child, killed.
Result<std::uint32_t> wait_for_child(VirtAddr status_address);
// no_process: there is none with that pid.
Result<void> kill_process(std::uint32_t pid);
// The calling process was found guilty: it ends at its next return to user mode.
void kill_self(Process& self);

// Used by the above.
Process* take_slot();                       // state `made`, with a new pid; null when every slot is taken
void give_slot(Process& process);           // nothing of the process may be left
// the slot that pid belongs to, whoever lives there now; null: no such slot
Process* process_with_pid(std::uint32_t pid);
void wake_sleeper(Process& process, const void* channel);
extern Process* first_process;

// For the audit table.
const Process* process_array();

}  // namespace kernel
