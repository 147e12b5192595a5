#include "kernel/mm/allocation_failure.h"

#include "kernel/base/relaxed.h"
#include "kernel/mm/stats.h"

namespace kernel {

namespace {

// Allocations up to and including the one that fails; 0: none will. Set by a system call, counted down by every CPU;
// CPUs that meet at the end take it below zero, where it means nothing either.
constinit Relaxed<std::uint64_t> left;

}  // namespace

void fail_allocation(std::uint64_t number) { left.store(number); }

bool allocation_fails() {
    std::uint64_t now = left.load();
    if (static_cast<std::int64_t>(now) <= 0) [[likely]] return false;
    if (left.add(~std::uint64_t{0}) != 1) return false;
    count_event(statistics.allocations_failed);
    return true;
}

}  // namespace kernel
