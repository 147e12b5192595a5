// Totals since boot, in the layout the harness reads (KernelStats in the audit table's header).
#pragma once
#include <array>
#include <cstdint>

#include "kernel/abi/audit_table.h"
#include "kernel/arch/arch.h"

namespace kernel {

// Each field is changed by one atomic instruction, or stored under one lock; nobody in the kernel
// decides anything by it, so relaxed order is enough. On lines of its own.
struct alignas(64) Statistics : stampede::abi::KernelStats {};

// A CPU's part of the totals each, so that CPUs with nothing in common have no line in common; and
// what is counted for all of them together.
struct AllStatistics {
    std::array<Statistics, arch::max_cpus> of_cpu;
    Statistics common;
};
extern AllStatistics statistics;

using Total = std::uint64_t stampede::abi::KernelStats::*;

// By whatever CPU this is; being moved to another one meanwhile does no harm.
inline void add_to(Total total, std::uint64_t value) {
    __atomic_fetch_add(&(statistics.of_cpu[arch::cpu_id()].*total), value, __ATOMIC_RELAXED);
}
inline void count_event(Total total) { add_to(total, 1); }
// Mostly it is not raised: a look first leaves the line where it is.
inline void raise_to(std::uint64_t& most, std::uint64_t value) {
    if (arch::relaxed_load(&most) < value) {
        __atomic_fetch_max(&most, value, __ATOMIC_RELAXED);
    }
}

// The sum of all parts; of a moment only while nobody adds.
std::uint64_t sum_of(Total total);
// For policies that count frames in use in each CPU's part: looks whether there are more than ever,
// `more` that are about to be counted included. Now and then, for it reads all parts: a moment in
// between may have had more.
void sample_frames_peak(std::uint64_t more);

}  // namespace kernel
