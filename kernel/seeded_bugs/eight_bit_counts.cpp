// Wrong: a count is eight bits wide and nobody looks at its limit. With 256 references it is 0
// again, and as many drops later the frame is free while others still map it.
#include "kernel/base/string.h"
#include "kernel/policy/kmem.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

Frame* allocate(FrameOwner owner) { return kmem_frames.allocate(owner); }

bool share(Frame& frame) {
    SpinGuard guard(kmem_frames.lock);
    frame.count = static_cast<std::uint8_t>(frame.count + 1);  // the bug
    return true;
}

bool drop(Frame& frame) {
    SpinGuard guard(kmem_frames.lock);
    frame.count = static_cast<std::uint8_t>(frame.count - 1);
    if (frame.count > 0) {
        return false;
    }
    kmem_frames.free.give_back(frame);
    return true;
}

// As it should be, but that a count of 0 is nothing to complain of.
std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    Frame* copy;
    {
        SpinGuard guard(kmem_frames.lock);
        if (frame.count == 1) {
            return &frame;
        }
        copy = kmem_frames.free.take(owner_of(frame));
    }
    if (!copy) {
        return std::unexpected(OutOfMemory{});
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

}  // namespace kernel::policy
