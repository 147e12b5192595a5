// Several runs as one.
#pragma once
#include "stress/run/run.h"

namespace stampede {

// Adds another run's times, instructions, operations, suppressed findings and findings; all other
// figures stay.
void add_totals(RunOutcome& outcome, const RunOutcome& other);

}  // namespace stampede
