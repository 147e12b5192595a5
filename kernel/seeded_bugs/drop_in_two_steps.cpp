// Wrong: drop() asks for the count and then lowers it, in two critical sections. Two CPUs that both
// saw 2 leave a count of 0 and a frame that nobody ever frees.
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
    if (count(frame) > 1) {
        SpinGuard guard(kmem_frames.lock);
        --frame.count;  // the bug: another CPU may have done the same since
        return false;
    }
    SpinGuard guard(kmem_frames.lock);
    frame.count = 0;
    kmem_frames.free.give_back(frame);
    return true;
}

}  // namespace kernel::policy
