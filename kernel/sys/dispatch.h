// From a system call's number to its function.
#pragma once

namespace kernel {

struct Process;

// Performs the call that the process's trap frame asks for; a0 becomes the result, -1 for every
// error and unknown number.
void dispatch_system_call(Process& self);

}  // namespace kernel
