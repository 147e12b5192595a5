// All cells, several at a time, each kept as soon as it is done.
#pragma once
#include "bench/bugs/options.h"
#include "bench/bugs/table.h"

namespace stampede::bench {

// Error: `stress` refused, or the results cannot be kept; those of the cells done until then are.
[[nodiscard]] Result<Sweep> run_sweep(const BugOptions& options);

// The files beside --out. Error: one cannot be written.
[[nodiscard]] Result<void> write_tables(const BugOptions& options, const Sweep& sweep);

}  // namespace stampede::bench
