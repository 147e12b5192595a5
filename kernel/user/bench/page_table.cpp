// How long does it take to build and tear down the page tables of a process? One operation is a
// fork, exit and wait of a process with a heap of 2,048 pages, which take 4 or 5 tables; nobody
// writes to them. Where fork does not share, it also copies them.
#include "kernel/user/lib/bench.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

int main(int argc, char** argv) {
    constexpr std::int64_t bytes = 2048 * static_cast<std::int64_t>(stampede::abi::page_size);
    if (sbrk(bytes) == nullptr) {
        fail("no memory", "sbrk() of %ld bytes failed", bytes);
    }
    return run_bench(argc, argv, 1, [](std::uint64_t operations) {
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
