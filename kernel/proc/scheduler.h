// Who runs where. Each hart has a scheduler context of its own; processes run from it and come back
// to it.
#pragma once
#include "kernel/arch/riscv/layout.h"
#include "kernel/base/spinlock.h"
#include "kernel/proc/process.h"

namespace kernel {

// This hart's scheduler, for ever. Its stack is the hart's boot stack.
[[noreturn]] void scheduler_run();

// A process that has run has a hart's caches warm, and going elsewhere costs more than a short
// wait: other harts leave it alone for a while. One that has never run may go to whoever is idle.
enum class Keep { for_a_while, not_at_all };
inline constexpr std::uint64_t kept_for = arch::timebase / 500'000;  // 2 µs

// The process may run again: puts it into the queue of the hart that it ran on last and lets that
// one know, or an idle one.
void make_runnable(Process& process, Keep keep) REQUIRES(process.lock);

// Leaves this hart until the process is made runnable again and picked. Its state is set already,
// `lock` is the only lock held: the scheduler releases it once the context is saved, and the lock
// is held again on return, maybe on another hart.
void leave_hart(Process& self) REQUIRES(self.lock);

// Lets others run, under `pbs` those that come first. A process's own context, no lock held.
void yield_hart();
// For who cannot go on before somebody else, of whatever priority, has done something. The same.
void let_anybody_run();

// The current slice is over: whether anybody waits for this hart whose turn it is. Interrupts off,
// no lock held; a process runs here.
bool slice_over();

// From now on no process returns to user mode any more; waits until every other hart is idle. The
// caller is a process.
void scheduler_stop_others();
// Called by every process right before it returns to user mode: stays here for ever once
// scheduler_stop_others() began.
void scheduler_stop_here_if_asked(Process& self);
bool scheduler_stopping();

}  // namespace kernel
