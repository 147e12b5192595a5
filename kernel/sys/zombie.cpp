// The last step of a process: what its parent's wait() waits for.
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
    self.lock.lock();
    // under the parent's lock still: it frees the slot only after this one is given up
    self.state = RunState::zombie;
    parent.family.unlock();
    leave_hart(self);
    panic("process %u ran after its end", self.pid);
}

}  // namespace kernel
