// Harts that have nothing to do, and how they hear of work.
#pragma once

namespace kernel {

// Waits for an interrupt, unless there is work somewhere. Interrupts off; returns with them off.
void idle_wait();

// Work was pushed to a queue: tells one idle hart, if there is one. Interrupts off.
void idle_wake_one();

// Whether every hart but this one is idle and no queue holds work.
bool idle_all_others();

}  // namespace kernel
