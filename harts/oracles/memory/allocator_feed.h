// Tells the ledger of frames what a kernel does that tells nothing of itself: its allocator is
// followed at the calls by which it releases its lock (observe/kernel/allocator_calls.h).
#pragma once
#include "harts/base/futex.h"
#include "harts/core/code_marks.h"
#include "harts/observe/frame_ledger.h"
#include "harts/observe/kernel/allocator_calls.h"

namespace stampede {

// While that lock is held its list has changed by one frame or not at all since it was last
// released: popped by who allocates, pushed by who frees.
class AllocatorFeed final : public CodeMarks {
public:
    // Nobody holds the lock. All outlive it.
    AllocatorFeed(AllocatorCalls calls, const Ram& ram, FrameLedger& ledger)
        : CodeMarks(calls.releases),
          calls_(std::move(calls)),
          ram_(ram),
          ledger_(ledger),
          head_(ram.load_u64({calls_.head})) {}

    std::optional<u64> at_mark(Hart& hart, PhysAddr at) override EXCLUDES(lock_);

private:
    [[nodiscard]] u64 behind(u64 frame) const {
        return ram_.contains({frame}, page_size) ? ram_.load_u64({frame + calls_.link_offset}) : 0;
    }

    const AllocatorCalls calls_;
    const Ram& ram_;
    FrameLedger& ledger_;
    FutexLock lock_;              // a kernel may forget its own
    u64 head_ GUARDED_BY(lock_);  // of the list when the kernel's lock was last released
};

}  // namespace stampede
