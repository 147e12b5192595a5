#include "kernel/frames/allocation_failure.h"

#include "kernel/frames/stats.h"

namespace kernel {

constinit Relaxed<std::uint64_t> allocations_until_failure;

void fail_allocation(std::uint64_t number) { allocations_until_failure.store(number); }

bool count_down_to_failure() {
    if (allocations_until_failure.add(~std::uint64_t{0}) != 1) {
        return false;
    }
    count_event(&Statistics::allocations_failed);
    return true;
}

}  // namespace kernel
