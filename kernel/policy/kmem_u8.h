// What the files of policy `kmem_u8` share.
#pragma once
#include "kernel/base/spinlock.h"
#include "kernel/policy/free/free_frames.h"

namespace kernel::policy {

// The one lock, and what it guards: the free frames, and the counts in the policy's table.
struct ByteCountedFrames {
    using Count = std::uint8_t;

    Count& count_of(const Frame& frame) REQUIRES(lock) {
        return reinterpret_cast<Count*>(frame_range().policy_table)[index_of(frame)];
    }
    Frame* allocate_locked(FrameOwner owner) REQUIRES(lock) {
        Frame* frame = free.take_uncounted(owner);
        if (frame) {
            count_of(*frame) = 1;
        }
        return frame;
    }

    Spinlock<Rank::frames> lock{"kmem_u8"};
    FreeFrames free GUARDED_BY(lock);
};

extern ByteCountedFrames kmem_u8_frames;

}  // namespace kernel::policy
