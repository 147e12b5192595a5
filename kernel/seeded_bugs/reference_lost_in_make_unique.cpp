// Wrong: the reference is given up before it is known whether there is a frame for the copy, and
// lost when there is none: the process that is killed then drops it once more.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/policy/kmem_u8.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    SpinGuard guard(kmem_u8_frames.lock);
    KERNEL_ASSERT(kmem_u8_frames.count_of(frame) > 0);
    if (kmem_u8_frames.count_of(frame) == 1) {
        return &frame;
    }
    --kmem_u8_frames.count_of(frame);
    Frame* copy = kmem_u8_frames.allocate_locked(owner_of(frame));
    if (!copy) {
        return std::unexpected(OutOfMemory{});  // the bug
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    // the caller drops it, when the translation is gone
    ++kmem_u8_frames.count_of(frame);
    return copy;
}

}  // namespace kernel::policy
