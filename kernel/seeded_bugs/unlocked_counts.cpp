// Wrong: the counts are changed without the lock, which guards the free frames alone. Two CPUs that
// change one count at once lose a change; the decision in make_unique and the drop that follows are
// separate, too.
#include "kernel/base/string.h"
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
    if (--frame.count > 0) {
        return false;  // the bug
    }
    SpinGuard guard(kmem_frames.lock);
    kmem_frames.free.give_back(frame);
    return true;
}

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    if (frame.count == 1) {
        return &frame;  // the bug
    }
    Frame* copy = allocate(owner_of(frame));
    if (!copy) {
        return std::unexpected(OutOfMemory{});
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

}  // namespace kernel::policy
