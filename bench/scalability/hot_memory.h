// Which memory the harts of a measured point waited for, by name.
#pragma once
#include "bench/scalability/measurement.h"
#include "harts/machine/machine.h"
#include "harts/oracles/guest/guest_symbols.h"
#include "harts/schedule/emulated_time/emulated_time.h"

namespace stampede::bench {

// Fills lines, locks and their sums. `all_time`: cycles of all harts together. Lines of frames
// count by what the frames are for.
void describe_memory(Measurement& result, Machine& machine, const EmulatedTime& time,
                     std::optional<PhysAddr> audit_table, const GuestSymbols& symbols,
                     double all_time);

}  // namespace stampede::bench
