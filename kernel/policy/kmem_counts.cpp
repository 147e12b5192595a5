// How `kmem` counts: a frame's first reference, one more, one less.
#include "kernel/base/print.h"
#include "kernel/policy/kmem.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

Frame* allocate(FrameOwner owner) { return kmem_frames.allocate(owner); }

bool share(Frame& frame) {
    SpinGuard guard(kmem_frames.lock);
    KERNEL_ASSERT(frame.count > 0);
    if (frame.count == count_limit) {
        return false;
    }
    ++frame.count;
    return true;
}

bool drop(Frame& frame) {
    SpinGuard guard(kmem_frames.lock);
    KERNEL_ASSERT(frame.count > 0);
    if (--frame.count > 0) {
        return false;
    }
    kmem_frames.free.give_back(frame);
    return true;
}

}  // namespace kernel::policy
