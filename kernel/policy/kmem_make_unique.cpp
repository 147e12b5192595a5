// How `kmem` gives a frame to its caller alone.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/policy/kmem.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

// The copy is made outside the lock: the caller's own reference keeps the count of `frame` above
// what anybody else needs to take it over, so nobody writes to it meanwhile.
std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    Frame* copy;
    {
        SpinGuard guard(kmem_frames.lock);
        KERNEL_ASSERT(frame.count > 0);
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
