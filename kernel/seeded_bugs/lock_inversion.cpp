// Wrong: free frames and counts have a lock each, which allocate() takes in one order and
// make_unique() in the other. Two CPUs that hold one each wait for ever.
#include "kernel/base/string.h"
#include "kernel/policy/kmem.h"
#include "kernel/policy/policy.h"
#include "kernel/seeded_bugs/plain_lock.h"

namespace kernel::policy {

namespace {

constinit PlainLock counts_lock;

}  // namespace

Frame* allocate(FrameOwner owner) {
    SpinGuard memory(kmem_frames.lock);
    PlainGuard counts(counts_lock);  // take() sets the count
    return kmem_frames.free.take(owner);
}

bool share(Frame& frame) {
    PlainGuard counts(counts_lock);
    if (frame.count == count_limit) {
        return false;
    }
    ++frame.count;
    return true;
}

bool drop(Frame& frame) {
    {
        PlainGuard counts(counts_lock);
        if (--frame.count > 0) {
            return false;
        }
    }
    SpinGuard memory(kmem_frames.lock);
    kmem_frames.free.give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    Frame* copy;
    {
        PlainGuard counts(counts_lock);
        if (frame.count == 1) {
            return &frame;
        }
        SpinGuard memory(kmem_frames.lock);  // the bug: behind the counts' lock here
        copy = kmem_frames.free.take(owner_of(frame));
    }
    if (!copy) {
        return std::unexpected(OutOfMemory{});
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

}  // namespace kernel::policy
