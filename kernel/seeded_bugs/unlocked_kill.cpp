// Wrong: killing looks at the process without its lock. A process about to sleep has looked at
// `killed` already and not yet said where it sleeps: nobody wakes it.
#include "kernel/proc/sleep.h"
#include "kernel/proc/slots.h"

namespace kernel {

Result<void> kill_process(std::uint32_t pid) NO_THREAD_SAFETY_ANALYSIS {
    Process* process = process_with_pid(pid);
    if (!process) {
        return failure(Error::no_process);
    }
    if (process->pid != pid || process->state == RunState::unused) {
        return failure(Error::no_process);
    }
    process->killed.store(1);
    const void* channel = process->channel;  // the bug
    if (channel) {
        wake_sleeper(*process, channel);
    }
    return {};
}

void kill_self(Process& self) {
    SpinGuard guard(self.lock);
    self.killed.store(1);
}

}  // namespace kernel
