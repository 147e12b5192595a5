// The guest program `priorities` on one hart in a repeatable schedule.
#pragma once
#include "bench/priorities/samples.h"

namespace stampede::bench {

// For so many tenths of a second of guest time. Error: why there are no samples.
[[nodiscard]] Result<std::vector<SampledProcess>> run_mix(unsigned tenths);

}  // namespace stampede::bench
