// The first process. Its arguments are the words of the kernel's command line: with `run=` it
// becomes the driver of that workload, otherwise it keeps a shell running (with `shell=once` until
// that ends) and reaps orphans.
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

void open_console() {
    if (open("/console", stampede::abi::o_rdwr) < 0) {
        mknod("/console", stampede::abi::console_major, 0);
        open("/console", stampede::abi::o_rdwr);
    }
    dup(console_in);
    dup(console_in);
}

[[noreturn]] void give_up(const char* program) {
    printf(console_out, "init: cannot run %s\n", program);
    shutdown(failed_status);
    exit(failed_status);
}

int start_shell() {
    const int pid = fork();
    if (pid == 0) {
        const char* const arguments[] = {"sh", nullptr};
        exec("/sh", arguments);
        give_up("/sh");
    }
    return pid;
}

}  // namespace

int main(int argc, char** argv) {
    open_console();
    for (int i = 1; i < argc; ++i) {
        if (after(argv[i], "run=") != nullptr) {
            argv[0] = const_cast<char*>("driver");
            exec("/driver", argv);
            give_up("/driver");
        }
    }
    bool once = false;
    for (int i = 1; i < argc; ++i) {
        once |= equal(argv[i], "shell=once");
    }
    for (;;) {
        const int shell = start_shell();
        if (shell < 0) {
            give_up("/sh");
        }
        int reaped = 0;
        while (reaped != shell) {
            reaped = wait(nullptr);
            if (reaped < 0) {
                give_up("/sh");
            }
        }
        if (once) {
            shutdown(0);
        }
    }
}
