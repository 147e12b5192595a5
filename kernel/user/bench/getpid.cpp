// How long is a system call that does nothing?
#include "kernel/user/lib/bench.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

int main(int argc, char** argv) {
    const int pid = getpid();
    return run_bench(argc, argv, 1000, [pid](std::uint64_t operations) {
        for (std::uint64_t i = 0; i < operations; ++i) {
            if (getpid() != pid) {
                fail("getpid() gave another process", "expected %d", pid);
            }
        }
    });
}
