// Wrong: a dying process lets go of its parent's lock before it has its own. The parent may take
// the slot away and hand it to a new child that begins on the very stack on which the old one still
// runs.
#include "kernel/base/print.h"
#include "kernel/proc/scheduler.h"
#include "kernel/sys/ending.h"

namespace kernel {

void become_zombie(Process& self, int status) NO_THREAD_SAFETY_ANALYSIS {
    Process& parent = lock_parent(self);
    self.exit_status = status;
    self.dead = true;
    parent.children.remove(self);
    list_child(parent, self);
    wake_up(&parent);
    parent.family.unlock();
    self.lock.lock();  // the bug: too late
    self.state = RunState::zombie;
    leave_hart(self);
    panic("process %u ran after its end", self.pid);
}

}  // namespace kernel
