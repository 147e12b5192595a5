// Sleeping and waking. Channels are hashed to buckets, each with its own lock and list of sleepers.
#include "kernel/proc/sleep.h"

#include <array>
#include <cstdint>

#include "kernel/proc/process.h"
#include "kernel/proc/scheduler.h"

namespace kernel {

namespace {

struct alignas(64) Bucket {
    Spinlock<Rank::sleep_bucket> lock{"sleep bucket"};
    List<Process, &Process::queue_link> sleepers GUARDED_BY(lock);
};
constexpr std::size_t bucket_count = 128;   // a power of two
constinit std::array<Bucket, bucket_count> buckets{};

Bucket& bucket_of(const void* channel) {
    auto bits = reinterpret_cast<std::uint64_t>(channel);
    // Fibonacci hashing: the product's top seven bits
    return buckets[(bits * 0x9e3779b97f4a7c15) >> 57 & (bucket_count - 1)];
}

// invariant: a process is in a bucket exactly while it is `sleeping` with a channel, and changes to and from that hold
// both locks.
void wake_locked(Bucket& bucket, Process& process, const void* channel) REQUIRES(bucket.lock) {
    SpinGuard guard(process.lock);
    if (process.state != RunState::sleeping || process.channel != channel) return;
    bucket.sleepers.remove(process);
    process.channel = nullptr;
    make_runnable(process);
}

}  // namespace

// The bucket is locked before the caller's lock goes, and a waker locks the bucket: whoever makes the condition true
// under the caller's lock finds this process asleep. The hand-over of locks is beyond the static analysis.
void sleep_on(const void* channel, SpinlockBase& lock) NO_THREAD_SAFETY_ANALYSIS {
    Process& self = current_process();
    Bucket& bucket = bucket_of(channel);
    bucket.lock.lock();
    lock.unlock();
    self.lock.lock();
    bool asleep = !is_killed(self);   // a killer sets `killed` under the same lock before it looks for a sleeper
    if (asleep) {
        self.state = RunState::sleeping;
        self.channel = channel;
        bucket.sleepers.push_back(self);
    }
    bucket.lock.unlock();
    if (asleep) leave_hart(self);
    self.lock.unlock();
    lock.lock();
}

void wake_up(const void* channel) {
    Bucket& bucket = bucket_of(channel);
    SpinGuard guard(bucket.lock);
    for (Process* process = bucket.sleepers.front(); process;) {
        Process* next = bucket.sleepers.next(*process);
        wake_locked(bucket, *process, channel);
        process = next;
    }
}

void wake_sleeper(Process& process, const void* channel) {
    Bucket& bucket = bucket_of(channel);
    SpinGuard guard(bucket.lock);
    wake_locked(bucket, process, channel);
}

}  // namespace kernel
