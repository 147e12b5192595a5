// Who is whose child.
#include "kernel/arch/arch.h"
#include "kernel/proc/slots.h"
#include "kernel/sys/ending.h"

namespace kernel {

void list_child(Process& parent, Process& child) REQUIRES(parent.family) {
    if (child.dead) {
        parent.children.push_front(child);
    } else {
        parent.children.push_back(child);
    }
}

void give_children_away(Process& self) {
    InterruptsOff off;  // a dying child may be waiting for its new parent
    List<Process, &Process::sibling_link> orphans;
    {
        SpinGuard guard(self.family);
        while (Process* child = self.children.pop_front()) {
            child->parent.store(nullptr, std::memory_order_release);
            orphans.push_back(*child);
        }
    }
    if (orphans.empty()) {
        return;
    }
    SpinGuard guard(first_process->family);
    while (Process* child = orphans.pop_front()) {
        list_child(*first_process, *child);
        child->parent.store(first_process, std::memory_order_release);
    }
    wake_up(first_process);  // some may be dead already
}

Process& lock_parent(const Process& self) NO_THREAD_SAFETY_ANALYSIS {
    for (;;) {
        Process* parent = self.parent.load(std::memory_order_acquire);
        if (!parent) {
            arch::spin_pause();
            continue;
        }
        parent->family.lock();
        // While it is `parent` it changes only under the lock just taken; else another parent may
        // be writing it now: acquire again.
        if (self.parent.load(std::memory_order_acquire) == parent) {
            return *parent;
        }
        parent->family.unlock();
    }
}

}  // namespace kernel
