// How long are fork, exec of a small program and wait together? The program is this one, told to
// end at once.
#include "kernel/user/lib/bench.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

constexpr int ended_status = 42;

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && equal(argv[1], "end")) {
        exit(ended_status);
    }
    return run_bench(argc, argv, 10, [](std::uint64_t operations) {
        static const char* const arguments[] = {"fork_exec_wait", "end", nullptr};
        for (std::uint64_t i = 0; i < operations; ++i) {
            const int pid = fork();
            if (pid == 0) {
                exec("/fork_exec_wait", arguments);
                exit(failed_status);
            }
            int status = 0;
            if (pid < 0 || wait(&status) != pid || status != ended_status) {
                fail("fork(), exec() or wait() failed", "fork() gave %d, the status is %d", pid,
                     status);
            }
        }
    });
}
