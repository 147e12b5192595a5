// From the command line to a run.
#pragma once
#include "stress/options/options.h"
#include "stress/run/run.h"
#include "stress/workloads.h"

namespace stampede {

// `options.workload` exists. Without race detection: that is the program's to add.
[[nodiscard]] RunSetup setup_of(const Options& options, const Policy& policy);

}  // namespace stampede
