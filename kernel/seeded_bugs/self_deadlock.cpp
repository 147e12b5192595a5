// Wrong: when there is no frame for a copy, make_unique() says so while it holds the lock, and what
// it says wants the lock as well.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/policy/kmem.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    Frame* copy;
    {
        SpinGuard guard(kmem_frames.lock);
        KERNEL_ASSERT(frame.count > 0);
        if (frame.count == 1) {
            return &frame;
        }
        copy = kmem_frames.free.take(owner_of(frame));
        if (!copy) {
            print("no frame for a copy: %lu are in use\n", kmem_frames.in_use());  // the bug
            return std::unexpected(OutOfMemory{});
        }
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

}  // namespace kernel::policy
