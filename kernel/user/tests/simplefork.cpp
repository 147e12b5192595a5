// The smallest test of fork: both processes run, each with its own data, and wait() gives the
// child's status and pid.
#include "kernel/user/lib/child.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

int main(int argc, char** argv) {
    static volatile int in_data = 1;
    volatile int on_stack = 1;
    constexpr int child_status = 42;
    const bool may_be_killed = parse_options(argc, argv).failures != 0;
    const int pid = persist(fork);
    if (pid < 0) {
        fail("fork() failed", "result %d", pid);
    }
    if (pid == 0) {
        if (in_data != 1 || on_stack != 1) {
            fail("the child did not inherit its parent's data", "%d and %d, not 1 and 1", in_data,
                 on_stack);
        }
        in_data = 2;
        on_stack = 2;
        exit(in_data == 2 && on_stack == 2 ? child_status : 0);
    }
    int status = 0;
    const int reaped = persist([&] { return wait(&status); });
    if (reaped != pid || (status != child_status && !(may_be_killed && status == killed_status))) {
        fail("wait() gave another child or status", "pid %d status %d, expected %d and %d", reaped,
             status, pid, child_status);
    }
    if (in_data != 1 || on_stack != 1) {
        fail("the parent saw its child's data", "%d and %d, not 1 and 1", in_data, on_stack);
    }
    if (wait(nullptr) != -1) {
        fail("wait() found a child where there is none", "expected -1");
    }
    printf(console_out, "simplefork: ok\n");
    return 0;
}
