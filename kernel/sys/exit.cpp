// How processes end: exit and wait.
#include "kernel/base/print.h"
#include "kernel/fs/file_table.h"
#include "kernel/proc/slots.h"
#include "kernel/sys/ending.h"
#include "kernel/sys/lifecycle.h"

namespace kernel {

void exit_process(int status) {
    Process& self = current_process();
    if (&self == first_process) {
        panic("the first process ended with status %d", status);
    }
    file_table_release(*self.files);
    self.files = nullptr;
    give_children_away(self);
    free_memory(self);
    become_zombie(self, status);
}

Result<std::uint32_t> wait_for_child(VirtAddr status_address) {
    Process& self = current_process();
    Process* dead;
    {
        SpinGuard guard(self.family);
        for (;;) {
            dead = self.children.front();
            if (dead && dead->dead) {
                break;
            }
            if (!dead || is_killed(self)) {
                return failure(Error::no_process);
            }
            sleep_on(&self, self.family);
        }
        if (status_address.value) {
            auto bytes = std::as_bytes(std::span(&dead->exit_status, 1));
            Result<void> stored = self.space.copy_out(status_address, bytes);
            // the child stays: the caller may ask again
            if (!stored) {
                return failure(stored.error());
            }
        }
        self.children.remove(*dead);
    }
    std::uint32_t pid = dead->pid;
    give_slot(*dead);  // takes the child's lock, so waits until it has left its hart
    return pid;
}

}  // namespace kernel
