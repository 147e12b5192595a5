// Going to sleep; the other half is in wake.cpp.
#include "kernel/proc/scheduler.h"
#include "kernel/proc/sleep_bucket.h"

namespace kernel {

// The bucket is locked before the caller's lock goes, and a waker locks the bucket: whoever makes
// the condition true under the caller's lock finds this process asleep. The hand-over of locks is
// beyond the static analysis.
void sleep_on(const void* channel, SpinlockBase& lock) NO_THREAD_SAFETY_ANALYSIS {
    Process& self = current_process();
    SleepBucket& bucket = sleep_bucket_of(channel);
    bucket.lock.lock();
    lock.unlock();
    self.lock.lock();
    // a killer sets `killed` under the same lock before it looks for a sleeper
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
