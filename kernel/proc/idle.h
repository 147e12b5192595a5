// Harts that have nothing to do, and how they hear of work.
#pragma once
#include <cstdint>

namespace kernel {

// Waits for an interrupt, unless there is work somewhere. Interrupts off; returns with them off.
void idle_wait();

// Work was pushed to a queue: tells `wanted` idle harts, as far as there are so many. Interrupts
// off.
void idle_wake(std::uint64_t wanted);

// Work was pushed to the queue of `cpu`: tells it, if it is idle. Interrupts off.
bool idle_wake_hart(unsigned cpu);

// Whether every hart but this one is idle and no queue holds work.
bool idle_all_others();

}  // namespace kernel
