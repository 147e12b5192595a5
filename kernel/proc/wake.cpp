// Waking. Channels are hashed to buckets (sleep_bucket.h).
#include <array>
#include <cstdint>

#include "kernel/proc/scheduler.h"
#include "kernel/proc/sleep.h"
#include "kernel/proc/sleep_bucket.h"

namespace kernel {

namespace {

// a power of two; each process that sleeps mostly has one alone
constexpr std::size_t bucket_count = 1024;
constinit std::array<SleepBucket, bucket_count> buckets{};

void wake_locked(SleepBucket& bucket, Process& process, const void* channel) REQUIRES(bucket.lock) {
    SpinGuard guard(process.lock);
    if (process.state != RunState::sleeping || process.channel != channel) {
        return;
    }
    bucket.sleepers.remove(process);
    process.channel = nullptr;
    make_runnable(process, Keep::for_a_while);
}

}  // namespace

SleepBucket& sleep_bucket_of(const void* channel) {
    auto bits = reinterpret_cast<std::uint64_t>(channel);
    // Fibonacci hashing: the product's top ten bits
    return buckets[(bits * 0x9e3779b97f4a7c15) >> 54 & (bucket_count - 1)];
}

void wake_up(const void* channel) {
    SleepBucket& bucket = sleep_bucket_of(channel);
    SpinGuard guard(bucket.lock);
    for (Process* process = bucket.sleepers.front(); process;) {
        Process* next = bucket.sleepers.next(*process);
        wake_locked(bucket, *process, channel);
        process = next;
    }
}

void wake_sleeper(Process& process, const void* channel) {
    SleepBucket& bucket = sleep_bucket_of(channel);
    SpinGuard guard(bucket.lock);
    wake_locked(bucket, process, channel);
}

}  // namespace kernel
