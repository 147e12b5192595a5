// How long are fork, exit and wait of a small child together?
#include "kernel/user/lib/bench.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

int main(int argc, char** argv) {
    return run_bench(argc, argv, 10, [](std::uint64_t operations) {
        for (std::uint64_t i = 0; i < operations; ++i) {
            const int pid = fork();
            if (pid == 0) {
                exit(0);
            }
            if (pid < 0 || wait(nullptr) != pid) {
                fail("fork() or wait() failed", "fork() gave %d", pid);
            }
        }
    });
}
