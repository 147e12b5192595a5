// A frame's count without a lock: atomic instructions on Frame::count. What policies without a lock
// on counts share.
//
// A reference is only ever added by somebody who holds one, so a count that its only holder reads
// as 1 stays 1. The last drop acquires what the earlier ones released: whoever gets the frame next
// comes behind everything that was done with it.
#pragma once
#include <cstdint>

#include "kernel/arch/arch.h"
#include "kernel/frames/frame.h"

namespace kernel::policy {

// By the CPU that takes the frame out of the free ones, and whoever asks from outside.
inline void set_count(Frame& frame, std::uint32_t count) {
    arch::relaxed_store(&frame.count, count);
}
inline std::uint32_t count_of(const Frame& frame) { return arch::relaxed_load(&frame.count); }

// By a holder. False: the count is at `limit`.
[[nodiscard]] bool add_reference(Frame& frame, std::uint32_t limit);
// True: that was the last one.
[[nodiscard]] bool drop_reference(Frame& frame);
// Whether the caller's reference is the only one.
[[nodiscard]] bool is_only_reference(Frame& frame);

}  // namespace kernel::policy
