#include "kernel/proc/sleep.h"
#include "kernel/proc/slots.h"

namespace kernel {

// `killed` is set and the channel read under the lock under which sleep_on() looks at `killed` and
// sets the channel: either the process sees that it is killed, or this sees where it sleeps.
Result<void> kill_process(std::uint32_t pid) {
    Process* process = process_with_pid(pid);
    if (!process) {
        return failure(Error::no_process);
    }
    const void* channel;
    {
        SpinGuard guard(process->lock);
        if (process->pid != pid || process->state == RunState::unused) {
            return failure(Error::no_process);
        }
        process->killed.store(1);
        channel = process->channel;
    }
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
