// From the command line to a run.
#pragma once
#include "harts/guests/guest.h"
#include "stress/options/options.h"
#include "stress/run/run.h"

namespace stampede {

// `options.workload` exists. Without race detection: that is the program's to add.
[[nodiscard]] RunSetup setup_of(const Options& options, const Guest& guest);

// How that guest is started for them.
[[nodiscard]] Start start_of(const Options& options, const Guest& guest);

}  // namespace stampede
