// exec: a process becomes another program. Until the new image is whole the old one stays; a
// failure leaves it untouched.
#pragma once
#include "kernel/base/result.h"
#include "kernel/sys/arguments.h"

namespace kernel {

struct Process;

// exec(path, argv) with the caller's own pointers. The number of arguments, which is also main's
// first parameter. not_found, not_executable, bad_address, too_long (more than 32 arguments, or
// more than one stack page of them), out_of_memory.
Result<int> exec_user(Process& self, const Arguments& arguments);

// For the first process: argument 0 is `name`, the others are the words of `words`.
Result<int> exec_first(const char* path, const char* name, const char* words);

}  // namespace kernel
