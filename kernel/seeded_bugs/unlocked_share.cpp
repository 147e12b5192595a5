// Wrong: only who takes a reference away locks the counts; who adds one does not. A share() between
// the load and the store of another CPU's drop() is lost, and the frame is freed under somebody who
// still maps it.
#include "kernel/base/print.h"
#include "kernel/policy/kmem.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

Frame* allocate(FrameOwner owner) { return kmem_frames.allocate(owner); }

bool share(Frame& frame) {
    if (frame.count == count_limit) {
        return false;
    }
    ++frame.count;  // the bug
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
