// How long does a byte take to another process and back?
#include "kernel/user/lib/bench.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

[[noreturn]] void echo(int from, int to) {
    char byte;
    while (read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1) {
    }
    exit(0);
}

}  // namespace

int main(int argc, char** argv) {
    int there[2], back[2];
    const int pid = pipe(there) == 0 && pipe(back) == 0 ? fork() : -1;
    if (pid < 0) {
        fail("no process to talk to", "pipe() or fork() failed");
    }
    if (pid == 0) {
        close(there[1]);
        close(back[0]);
        echo(there[0], back[1]);
    }
    close(there[0]);
    close(back[1]);
    const int result = run_bench(argc, argv, 100, [&](std::uint64_t operations) {
        for (std::uint64_t i = 0; i < operations; ++i) {
            const auto sent = static_cast<char>(i);
            char got = static_cast<char>(~sent);
            if (write(there[1], &sent, 1) != 1 || read(back[0], &got, 1) != 1 || got != sent) {
                fail("a byte did not come back", "sent %d, got %d", sent, got);
            }
        }
    });
    close(there[1]);
    wait(nullptr);
    return result;
}
