// All points of a report.
#pragma once
#include <functional>

#include "bench/scalability/options.h"
#include "bench/scalability/results.h"

namespace stampede::bench {

// `progress` hears how many of how many are done, one call at a time. Error: the first point's that
// could not be measured.
[[nodiscard]] Result<Results> sweep(
    const ScalabilityOptions& options,
    const std::function<void(std::size_t done, std::size_t of)>& progress);

}  // namespace stampede::bench
