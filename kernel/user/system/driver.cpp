// Runs one workload, or `copies=` of it at once, to its end and then ends the machine. It is
// process 1, so every orphan becomes its child: when wait() has nobody left, nothing of the
// workload is alive.
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

constexpr int status_mask = 0xff;
constexpr int not_found_status = 127;
constexpr std::uint64_t most_copies = 64;

[[noreturn]] void run(const char* workload, int argc, char** argv) {
    char path[stampede::abi::max_path];
    format(path, sizeof path, "/%s", workload);
    const char* arguments[stampede::abi::max_exec_arguments] = {workload};
    int count = 1;
    for (int i = 1; i < argc && count + 1 < stampede::abi::max_exec_arguments; ++i) {
        if (after(argv[i], "run=") == nullptr) {
            arguments[count++] = argv[i];
        }
    }
    arguments[count] = nullptr;
    persist([&] { return exec(path, arguments); });
    printf(console_out, "driver: there is no program %s\n", path);
    exit(not_found_status);
}

}  // namespace

int main(int argc, char** argv) {
    const char* workload = "";
    for (int i = 1; i < argc; ++i) {
        if (const char* name = after(argv[i], "run="); name != nullptr) {
            workload = name;
        }
    }
    // Counted from here: boot, init and this program's own beginning do not.
    parse_options(argc, argv);
    fail_allocation(static_cast<int>(option(argc, argv, "fail-allocation", 0)));
    const std::uint64_t copies = option(argc, argv, "copies", 1);
    int pids[most_copies];
    if (copies == 0 || copies > most_copies) {
        printf(console_out, "driver: copies=%lu: 1 to %lu are expected\n", copies, most_copies);
        shutdown(failed_status);
    }
    std::uint64_t started = 0;
    for (; started < copies; ++started) {
        pids[started] = persist(fork);
        if (pids[started] == 0) {
            run(workload, argc, argv);
        }
        if (pids[started] < 0) {
            printf(console_out, "driver: fork() failed\n");
            break;
        }
    }
    int status = started == copies ? 0 : -1;
    std::uint64_t ended = 0;
    for (;;) {
        int of_this_one = 0;
        const int reaped = persist([&] { return wait(&of_this_one); });
        if (reaped < 0) {
            break;
        }
        for (std::uint64_t copy = 0; copy < started; ++copy) {
            if (reaped == pids[copy]) {
                pids[copy] = -1;
                ++ended;
                status = status == 0 ? of_this_one : status;
            }
        }
    }
    if (ended != started) {
        status = -1;
    }
    if (status == 0) {
        printf(console_out, "driver: %s passed\n", workload);
        shutdown(0);
    }
    printf(console_out, "driver: %s failed with status %d\n", workload, status);
    // A failing status must stay one after the mask.
    shutdown((status & status_mask) != 0 ? status & status_mask : failed_status);
    exit(failed_status);
}
