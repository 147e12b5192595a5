// Wrong: whether the reference is the last one is looked at without the counts' lock. What another
// CPU did under the lock before it gave its reference up need not be seen.
#include "kernel/base/string.h"
#include "kernel/policy/policy.h"

namespace kernel::policy {

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
