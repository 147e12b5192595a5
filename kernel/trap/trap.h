// The ways into the kernel and back.
#pragma once
#include "kernel/proc/process.h"

namespace kernel {

// This hart takes its traps in the kernel's handlers from now on. Once a hart, before interrupts
// are on.
void traps_init();

// Back to (or for the first time into) user mode with the process's trap frame. Its own context, no
// lock held.
[[noreturn]] void return_to_user(Process& self);

// Handles the exception `cause` (scause, with stval's `value`) of the process's user code. Its own
// context, interrupts on.
void handle_user_exception(Process& self, std::uint64_t cause, std::uint64_t value);

enum class Interrupt { none, timer, other };
// Handles the interrupt that `cause` (scause) tells of. Interrupts off.
Interrupt handle_interrupt(std::uint64_t cause);

}  // namespace kernel
