// How `split` gives a frame to its caller alone.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/policy/policy.h"
#include "kernel/policy/split.h"

namespace kernel::policy {

// The decision is made under the counts' lock, the copy outside it: by then the others may have
// dropped theirs. That costs a copy too many and no more, for the caller's own reference keeps
// `frame` from being taken over.
std::expected<Frame*, OutOfMemory> make_unique(Frame& frame) {
    {
        SpinGuard counts(split_counts_lock);
        KERNEL_ASSERT(split_count_of(frame) > 0);
        if (split_count_of(frame) == 1) {
            return &frame;
        }
    }
    Frame* copy = allocate(owner_of(frame));
    if (!copy) {
        return std::unexpected(OutOfMemory{});
    }
    copy_page(bytes_of(*copy), bytes_of(frame));
    return copy;
}

}  // namespace kernel::policy
