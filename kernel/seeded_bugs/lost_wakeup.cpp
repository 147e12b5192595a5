// Wrong: who goes to sleep gives up the caller's lock before it locks the bucket. What it waits for
// may come true, and everybody be woken, right in between; then it sleeps for ever.
#include "kernel/proc/scheduler.h"
#include "kernel/proc/sleep_bucket.h"

namespace kernel {

void sleep_on(const void* channel, SpinlockBase& lock) NO_THREAD_SAFETY_ANALYSIS {
    Process& self = current_process();
    SleepBucket& bucket = sleep_bucket_of(channel);
    lock.unlock();
    bucket.lock.lock();  // the bug: too late
    self.lock.lock();
    bool asleep = !is_killed(self);
    if (asleep) {
        self.state = RunState::sleeping;
        self.channel = channel;
        bucket.sleepers.push_back(self);
    }
    bucket.lock.unlock();
    if (asleep) {
        leave_hart(self);
    }
    self.lock.unlock();
    lock.lock();
}

}  // namespace kernel
