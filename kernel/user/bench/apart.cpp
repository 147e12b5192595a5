// What do processes cost each other that have nothing in common? `workers=` of them, each a program
// of its own by exec, so that they share no page: each forks a child that writes some pages, and
// takes and gives back some memory.
#include "kernel/user/lib/bench.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

using stampede::abi::page_size;

constexpr int pages = 4;

alignas(page_size) std::uint8_t region[pages][page_size];

void write_all(std::uint8_t* begin, std::uint8_t value) {
    for (int page = 0; page < pages; ++page) {
        begin[page * static_cast<int>(page_size)] = value;
    }
}

void work(std::uint64_t operations) {
    for (std::uint64_t i = 0; i < operations; ++i) {
        const int pid = fork();
        if (pid == 0) {
            write_all(&region[0][0], 1);
            exit(region[pages - 1][0]);
        }
        int status = 0;
        if (pid < 0 || wait(&status) != pid || status != 1) {
            fail("a child was lost", "pid %d, status %d", pid, status);
        }
        std::uint8_t* heap = sbrk(pages * static_cast<std::int64_t>(page_size));
        write_all(heap, 2);
        sbrk(-pages * static_cast<std::int64_t>(page_size));
    }
}

void begin(std::uint64_t operations) {
    char words[2][32];
    format(words[0], sizeof words[0], "ops=%lu", operations);
    const char* arguments[] = {"apart", "alone=1", words[0], nullptr};
    const int pid = fork();
    if (pid == 0) {
        exec("/apart", arguments);
        exit(failed_status);
    }
    if (pid < 0) {
        fail("fork() failed", "fork() gave %d", pid);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (option(argc, argv, "alone", 0)) {
        exit(run_bench(argc, argv, 10, work));
    }
    const Limit limit(parse_options(argc, argv));
    const std::uint64_t workers = option(argc, argv, "workers", 8);
    for (std::uint64_t i = 0; i < workers; ++i) {
        begin(limit.share(i, workers).clip(UINT64_MAX, 0));
    }
    for (std::uint64_t i = 0; i < workers; ++i) {
        int status = 0;
        if (wait(&status) < 0 || status != 0) {
            fail("a worker failed", "status %d", status);
        }
    }
    return 0;
}
