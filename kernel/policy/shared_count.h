// A frame's count without a lock: atomic instructions on Frame::count. What policies without a lock on counts share.
//
// A reference is only ever added by somebody who holds one, so a count that its only holder reads as 1 stays 1. The last drop
// acquires what the earlier ones released: whoever gets the frame next comes behind everything that was done with it.
#pragma once
#include <cstdint>

#include "kernel/arch/arch.h"
#include "kernel/base/print.h"
#include "kernel/mm/frame.h"

namespace kernel::policy {

// By the CPU that takes the frame out of the free ones, and whoever asks from outside.
inline void set_count(Frame& frame, std::uint32_t count) { arch::relaxed_store(&frame.count, count); }
inline std::uint32_t count_of(const Frame& frame) { return arch::relaxed_load(&frame.count); }

// False: the count is at `limit`.
[[nodiscard]] inline bool add_reference(Frame& frame, std::uint32_t limit) {
    std::uint32_t count = count_of(frame);
    do {
        KERNEL_ASSERT(count > 0);
        if (count == limit) return false;
        // relaxed: the caller's own reference orders what it does with the frame
    } while (!__atomic_compare_exchange_n(&frame.count, &count, count + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return true;
}

// True: that was the last one.
[[nodiscard]] inline bool drop_reference(Frame& frame) {
    const std::uint32_t before = __atomic_fetch_sub(&frame.count, 1, __ATOMIC_ACQ_REL);
    KERNEL_ASSERT(before > 0);
    return before == 1;
}

// Whether the caller's reference is the only one. acquire, by an atomic instruction: whoever had one is done with the frame.
[[nodiscard]] inline bool is_only_reference(Frame& frame) {
    const std::uint32_t count = __atomic_fetch_add(&frame.count, 0, __ATOMIC_ACQUIRE);
    KERNEL_ASSERT(count > 0);
    return count == 1;
}

}  // namespace kernel::policy
