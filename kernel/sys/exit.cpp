// How processes end: exit and wait.
//
// A dying process needs its parent's `family` lock, and its parent may change meanwhile: a parent that dies gives its
// children to the first process. So it reads the parent, locks, and looks again. The dying parent takes its children
// off under its own `family` lock and lists them again under the first process's; in between they have no parent, and a
// child that dies then waits for one. Two locks of one rank are never held together.
//
// invariant: dead children stand before living ones in their parent's list.
#include "kernel/arch/riscv/machine.h"
#include "kernel/base/print.h"
#include "kernel/fs/fs.h"
#include "kernel/proc/scheduler.h"
#include "kernel/proc/slots.h"
#include "kernel/sys/lifecycle.h"

namespace kernel {

namespace {

void close_files(Process& self) {
    for (File*& file : self.open_files) {
        if (file) file_close(*file);
        file = nullptr;
    }
    inode_release(*self.working_directory);
    self.working_directory = nullptr;
}

void free_memory(Process& self) {
    AddressSpace gone;
    {
        InterruptsOff off;   // never to run by a page table that is being freed
        gone.take(self.space);
        arch::use_kernel_page_table();
    }
    gone.destroy();
    self.size = 0;
}

void list_child(Process& parent, Process& child) REQUIRES(parent.family) {
    if (child.dead) {
        parent.children.push_front(child);
    } else {
        parent.children.push_back(child);
    }
}

void give_children_away(Process& self) {
    InterruptsOff off;   // a dying child may be waiting for its new parent
    List<Process, &Process::sibling_link> orphans;
    {
        SpinGuard guard(self.family);
        while (Process* child = self.children.pop_front()) {
            child->parent.store(nullptr, std::memory_order_release);
            orphans.push_back(*child);
        }
    }
    if (orphans.empty()) return;
    SpinGuard guard(first_process->family);
    while (Process* child = orphans.pop_front()) {
        list_child(*first_process, *child);
        child->parent.store(first_process, std::memory_order_release);
    }
    wake_up(first_process);   // some may be dead already
}

// The parent, with its `family` lock held.
Process& lock_parent(const Process& self) NO_THREAD_SAFETY_ANALYSIS {
    for (;;) {
        Process* parent = self.parent.load(std::memory_order_acquire);
        if (!parent) {
            arch::spin_pause();
            continue;
        }
        parent->family.lock();
        // Relaxed: it changes only under the lock just taken.
        if (self.parent.load(std::memory_order_relaxed) == parent) return *parent;
        parent->family.unlock();
    }
}

}  // namespace

void exit_process(int status) NO_THREAD_SAFETY_ANALYSIS {
    Process& self = current_process();
    if (&self == first_process) panic("the first process ended with status %d", status);
    close_files(self);
    give_children_away(self);
    free_memory(self);

    Process& parent = lock_parent(self);
    self.exit_status = status;
    self.dead = true;
    parent.children.remove(self);
    list_child(parent, self);
    wake_up(&parent);
    self.lock.lock();
    self.state = RunState::zombie;   // under the parent's lock still: it frees the slot only after this one is given up
    parent.family.unlock();
    leave_hart(self);
    panic("process %u ran after its end", self.pid);
}

Result<std::uint32_t> wait_for_child(VirtAddr status_address) {
    Process& self = current_process();
    Process* dead;
    {
        SpinGuard guard(self.family);
        for (;;) {
            dead = self.children.front();
            if (dead && dead->dead) break;
            if (!dead || is_killed(self)) return failure(Error::no_process);
            sleep_on(&self, self.family);
        }
        if (status_address.value) {
            auto bytes = std::as_bytes(std::span(&dead->exit_status, 1));
            Result<void> stored = self.space.copy_out(status_address, bytes);
            if (!stored) return failure(stored.error());   // the child stays: the caller may ask again
        }
        self.children.remove(*dead);
    }
    std::uint32_t pid = dead->pid;
    give_slot(*dead);   // takes the child's lock, so waits until it has left its hart
    return pid;
}

}  // namespace kernel
