#include "kernel/user/lib/processes.h"

#include "kernel/user/lib/kernel.h"
#include "kernel/user/lib/system_calls.h"

namespace user {

std::uint64_t processes_to_be_had(std::uint64_t wanted) {
    int ends[2];
    if (on_own_kernel) {
        return wanted;
    }
    if (pipe(ends) < 0) {
        return 0;
    }
    std::uint64_t forked = 0;
    for (int pid = 1; forked < wanted && pid > 0; forked += pid > 0) {
        pid = fork();
        if (pid == 0) {
            close(ends[1]);
            char nothing;
            read(ends[0], &nothing, 1);
            exit(0);
        }
    }
    close(ends[0]);
    close(ends[1]);
    for (std::uint64_t reaped = 0; reaped < forked; ++reaped) {
        wait(nullptr);
    }
    return forked;
}

}  // namespace user
