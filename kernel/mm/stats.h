// Totals since boot, in the layout the harness reads (KernelStats in the audit table's header).
#pragma once
#include <cstdint>

#include "kernel/abi/audit_table.h"

namespace kernel {

// Each field is changed by one atomic instruction, or stored under one lock; nobody in the kernel decides anything by
// it, so relaxed order is enough. Aligned to lines of its own.
struct alignas(64) Statistics : stampede::abi::KernelStats {};
extern Statistics statistics;

inline void count_event(std::uint64_t& total) { __atomic_fetch_add(&total, 1, __ATOMIC_RELAXED); }
inline void raise_to(std::uint64_t& most, std::uint64_t value) { __atomic_fetch_max(&most, value, __ATOMIC_RELAXED); }

}  // namespace kernel
