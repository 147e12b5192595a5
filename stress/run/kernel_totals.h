// What the kernel counts itself, where its audit table says where.
#pragma once
#include <optional>

#include "harts/oracles/watched.h"
#include "harts/report/forms/run_report.h"

namespace stampede {

struct KernelTotals {
    FrameTotals frames;  // zeroes where the kernel tells nothing, as are the others
    CopyOnWriteTotals cow;
    u64 processes_peak = 0;
    bool allocation_failed = false;  // one that was asked for (fail-allocation=N)
};

// Harts parked.
[[nodiscard]] KernelTotals kernel_totals(const Watched& run);

}  // namespace stampede
