#include "kernel/policy/shared_count.h"

#include "kernel/base/print.h"

namespace kernel::policy {

bool add_reference(Frame& frame, std::uint32_t limit) {
    std::uint32_t count = count_of(frame);
    do {
        KERNEL_ASSERT(count > 0);
        if (count == limit) {
            return false;
        }
        // relaxed: the caller's own reference orders what it does with the frame
    } while (!__atomic_compare_exchange_n(&frame.count, &count, count + 1, true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    return true;
}

bool drop_reference(Frame& frame) {
    const std::uint32_t before = __atomic_fetch_sub(&frame.count, 1, __ATOMIC_ACQ_REL);
    KERNEL_ASSERT(before > 0);
    return before == 1;
}

// acquire, by an atomic instruction: whoever else had a reference is done with the frame.
bool is_only_reference(Frame& frame) {
    const std::uint32_t count = __atomic_fetch_add(&frame.count, 0, __ATOMIC_ACQUIRE);
    KERNEL_ASSERT(count > 0);
    return count == 1;
}

}  // namespace kernel::policy
