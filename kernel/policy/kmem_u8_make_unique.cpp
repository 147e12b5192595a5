// How `kmem_u8` gives a frame to its caller alone.
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
    Frame* copy = kmem_u8_frames.allocate_locked(owner_of(frame));
    if (!copy) {
        return std::unexpected(OutOfMemory{});
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

}  // namespace kernel::policy
