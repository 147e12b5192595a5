// What only killing needs of sleep channels; everybody else's part is in process.h.
#pragma once

namespace kernel {

struct Process;

// Makes `process` runnable if it sleeps on `channel`.
void wake_sleeper(Process& process, const void* channel);

}  // namespace kernel
