// Want of memory on demand: one chosen allocation of a frame fails as if memory were out.
#pragma once
#include <cstdint>

#include "kernel/base/relaxed.h"

namespace kernel {

// The `number`-th allocation from now on fails, counted over all CPUs; 0: none does.
void fail_allocation(std::uint64_t number);

// Allocations up to and including the one that fails; 0: none will. Set by a system call, counted
// down by every CPU; CPUs that meet at the end take it below zero, where it means nothing either.
extern Relaxed<std::uint64_t> allocations_until_failure;
[[nodiscard]] bool count_down_to_failure();

// Asked once for each frame that is wanted, before a free one is looked for: whoever hears true
// gives none.
[[nodiscard]] inline bool allocation_fails() {
    return static_cast<std::int64_t>(allocations_until_failure.load()) > 0 &&
           count_down_to_failure();
}

}  // namespace kernel
