// Where a command is to write, looked at before it begins: a run of hours is not to end with a
// report that cannot be kept.
#pragma once
#include "harts/base/error.h"
#include "stress/options/options.h"

namespace stampede {

// Error: the first option whose place cannot be written, and why; two options with one place.
[[nodiscard]] Result<void> check_outputs(const Options& options);

}  // namespace stampede
