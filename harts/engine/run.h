// Lets a hart run. One thread at a time.
#pragma once
#include "harts/core/hart.h"
#include "harts/core/stop_reason.h"

namespace stampede {

// Runs exactly `budget` instructions unless something stops the hart earlier.
StopReason run(Hart& hart, u64 budget);

// Whether the hart goes round in a loop that only another hart's store can end: executes up to 32
// instructions and sees registers and pc come back with nothing changed in between. Between runs,
// on the hart's thread.
[[nodiscard]] bool spins_in_place(Hart& hart);

}  // namespace stampede
