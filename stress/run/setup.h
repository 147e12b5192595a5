// From the command line to a run.
#pragma once
#include "harts/guests/guest.h"
#include "stress/options/options.h"
#include "stress/run/run.h"

namespace stampede {

// start_of() gives no error for these. Without race detection: that is the program's to add.
[[nodiscard]] RunSetup setup_of(const Options& options, const Guest& guest);

// How that guest is started for them.
// Error: as Guest::start.
[[nodiscard]] Result<Start> start_of(const Options& options, const Guest& guest);

// What watches such a run of that machine; `trace` may be null.
[[nodiscard]] OracleSetup oracle_setup_of(const RunSetup& setup, Drive drive, Trace* trace,
                                          const Booted& booted);

}  // namespace stampede
