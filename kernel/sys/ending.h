// The steps of a process's end, in this order; exit_process() takes them once the files are closed.
//
// A dying process needs its parent's `family` lock, and its parent may change meanwhile: a parent
// that dies gives its children to the first process. So it reads the parent, locks, and looks
// again. The dying parent takes its children off under its own `family` lock and lists them again
// under the first process's; in between they have no parent, and a child that dies then waits for
// one. Two locks of one rank are never held together.
//
// invariant: dead children stand before living ones in their parent's list.
#pragma once
#include "kernel/proc/process.h"

namespace kernel {

// Its children become the first process's.
void give_children_away(Process& self);
// Its own context; afterwards this hart translates by the kernel's page table.
void free_memory(Process& self);
// A zombie for its parent to find, and off this hart for ever.
[[noreturn]] void become_zombie(Process& self, int status);

// Its parent, with that one's `family` lock held.
Process& lock_parent(const Process& self);
// Puts `child` into `parent`'s list, at the end that the invariant gives it.
void list_child(Process& parent, Process& child) REQUIRES(parent.family);

}  // namespace kernel
