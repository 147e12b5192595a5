// Triage of what a fuzz target found.
#pragma once
#include "fuzz/campaign/triage/triage.h"

namespace stampede::campaign {

// The finding's folder holds `input`. Error: as triage().
[[nodiscard]] Result<TriageResult> triage_input(const TriageSetup& setup, const Finding& finding,
                                                const StopWanted& stop);

}  // namespace stampede::campaign
