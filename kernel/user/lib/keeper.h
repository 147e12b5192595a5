// A child that keeps its parent's pages shared.
#pragma once
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/system_calls.h"

namespace user {

// Forks a child that does nothing until its parent closes the descriptor that this gives. The
// parent waits for it then.
inline int fork_keeper() {
    int ends[2];
    const int pid = pipe(ends) == 0 ? fork() : -1;
    if (pid < 0) {
        fail("no child to share with", "pipe() or fork() failed");
    }
    if (pid == 0) {
        close(ends[1]);
        char nothing;
        read(ends[0], &nothing, 1);
        exit(0);
    }
    close(ends[0]);
    return ends[1];
}

}  // namespace user
