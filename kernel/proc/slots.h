// Which processes there are: slots taken and given back, pids, and killing by pid.
#pragma once
#include <cstdint>

#include "kernel/proc/process.h"

namespace kernel {

// Fills the free slots. Once, by the boot hart.
void processes_init();

// A process in state `made`, with a new pid; null when every slot is taken.
Process* take_slot();
// Nothing of the process may be left but its slot. Waits until it has left its hart.
void give_slot(Process& process);

// The slot that pid belongs to, whoever lives there now; null: no such slot.
Process* process_with_pid(std::uint32_t pid);
const Process* process_array();  // for the audit table

// The process that is everybody's last parent. Set once, before it runs.
extern Process* first_process;

// It ends at its next return to user mode; a sleep ends at once. no_process: there is none with
// that pid.
Result<void> kill_process(std::uint32_t pid);
// The calling process was found guilty.
void kill_self(Process& self);

}  // namespace kernel
