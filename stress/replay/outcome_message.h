// A run's outcome through a socket, for reports. Without its turns and the audits at chosen
// moments.
#pragma once
#include "stress/replay/wire.h"
#include "stress/run/run.h"

namespace stampede {

void put_outcome(Wire& wire, const RunOutcome& outcome);
[[nodiscard]] RunOutcome take_outcome(Wire& wire);

}  // namespace stampede
