// Every system call's function. Runs in the caller's context with interrupts on and no lock held;
// the result is the user's a0, and any error is -1 there.
#pragma once
#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/sys/arguments.h"

namespace kernel {

using CallResult = Result<std::uint64_t>;

// processes
CallResult sys_fork(const Arguments&);
CallResult sys_exit(const Arguments&);
CallResult sys_wait(const Arguments&);
CallResult sys_kill(const Arguments&);
CallResult sys_exec(const Arguments&);
CallResult sys_getpid(const Arguments&);
CallResult sys_sbrk(const Arguments&);
CallResult sys_sleep(const Arguments&);
CallResult sys_uptime(const Arguments&);
CallResult sys_shutdown(const Arguments&);
CallResult sys_fail_allocation(const Arguments&);
CallResult sys_set_priority(const Arguments&);
CallResult sys_priority_of(const Arguments&);

// files (file_calls.cpp)
CallResult sys_pipe(const Arguments&);
CallResult sys_read(const Arguments&);
CallResult sys_write(const Arguments&);
CallResult sys_open(const Arguments&);
CallResult sys_close(const Arguments&);
CallResult sys_dup(const Arguments&);
CallResult sys_fstat(const Arguments&);
CallResult sys_chdir(const Arguments&);
CallResult sys_mknod(const Arguments&);
CallResult sys_link(const Arguments&);
CallResult sys_unlink(const Arguments&);
CallResult sys_mkdir(const Arguments&);

}  // namespace kernel
