// Sleep channels are hashed to buckets, each with its own lock and list of sleepers.
//
// invariant: a process is in a bucket exactly while it is `sleeping` with a channel, and changes to
// and from that hold both locks.
#pragma once
#include "kernel/proc/process.h"

namespace kernel {

struct alignas(64) SleepBucket {
    Spinlock<Rank::sleep_bucket> lock{"sleep bucket"};
    List<Process, &Process::queue_link> sleepers GUARDED_BY(lock);
};

SleepBucket& sleep_bucket_of(const void* channel);

}  // namespace kernel
