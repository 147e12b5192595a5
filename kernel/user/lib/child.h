// Runs a function in a child and tells how it ended.
#pragma once
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/system_calls.h"

namespace user {

inline constexpr int killed_status = -1;  // what wait() gives for a child that the kernel killed

// The status of a child that runs `body` and then exits with 0. This process must have no other
// child.
template <typename Body>
int status_of_child(Body body) {
    const int pid = fork();
    if (pid < 0) {
        fail("fork() failed", "no child to try it in");
    }
    if (pid == 0) {
        body();
        exit(0);
    }
    int status = 0;
    const int reaped = wait(&status);
    if (reaped != pid) {
        fail("wait() gave another child", "pid %d, expected %d", reaped, pid);
    }
    return status;
}

}  // namespace user
