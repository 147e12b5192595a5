// Runs a fuzzer's programs (kernel/abi/program.h). The harness takes a snapshot where process 0
// calls snapshot_ready, and then hands out one program after the other by `fetch`, each from that
// snapshot.
//
//     keeper ── fork ──> process 0    waits until the others sleep; snapshot_ready; fetch; wakes
//                                     who has operations
//        │─────────────> process 1    reads its start pipe; then fetches the same bytes
//        │─────────────> process 2, 3
//        └ reads the end pipe, as all do that have run to their end: nobody writes it, so everybody
//        sleeps
//
// The keeper is everybody's parent, and so no process of a program has children that the program
// did not make.
//
// Where things lie: code and data at 0; a page where nothing is; the page of stack that exec made,
// free for programs, for this runs on a stack of its own; the region; the heap. What a process
// writes all the time is in one place, `own`, touched before the snapshot, so that a program does
// not begin with page faults.
#include "kernel/user/system/executor.h"

#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/string.h"

using namespace user;
using namespace stampede::abi;

namespace executor {

constinit Own own{};
constinit Common common{};

namespace {

// argument 0 of whom the kernel's command line asks for; what a program execs has others
constexpr char name[] = "executor";
constexpr int ticks_to_settle = 2;

void make_pipe(int* ends) {
    if (pipe(ends) < 0) {
        fail("pipe() failed", "before the program began");
    }
}

// The stack pointer that exec gave lies in the page that ends where the region begins.
void make_region() {
    std::uint8_t* const region = sbrk(program_region_size);
    if (region == nullptr) {
        fail("sbrk() failed", "before the program began");
    }
    for (std::uint32_t offset = 0; offset < program_region_size; ++offset) {
        region[offset] = program_initial_byte(offset);
    }
    const auto address = reinterpret_cast<std::uint64_t>(region);
    const auto set = [](ProgramBase base, std::uint64_t where) {
        common.bases[static_cast<unsigned>(base)] = where;
    };
    set(ProgramBase::region, address);
    set(ProgramBase::heap, address + program_region_size);
    set(ProgramBase::text, 0);
    set(ProgramBase::stack, address - program_downward);
    set(ProgramBase::hole, program_hole);
    set(ProgramBase::below_max, user_max_va - program_downward);
    set(ProgramBase::above_max, user_max_va);
    set(ProgramBase::kernel, program_kernel);
    set(ProgramBase::null, 0);
    common.first_break = address + program_region_size;
}

// Every page of `own` is this process's alone from now on.
void touch_own() {
    auto* const bytes = reinterpret_cast<volatile std::uint8_t*>(&own);
    for (std::size_t at = 0; at < sizeof own; at += page_size) {
        bytes[at] = bytes[at];
    }
    memset(&own.results, -1, sizeof own.results);
    own.block.magic = FetchBlock::expected_magic;
    own.block.capacity = program_image_limit;
    own.block.length = 0;
}

void close_all_but(int kept, const int (&starts)[program_processes][2]) {
    for (const auto& ends : starts) {
        for (const int end : ends) {
            if (end != kept) {
                close(end);
            }
        }
    }
}

struct Setup {
    int starts[program_processes][2];  // process 0 has none
    int ready[2];
};

void say_ready(const Setup& setup) {
    const std::uint8_t byte = 0;
    write(setup.ready[1], &byte, 1);
    close(setup.ready[0]);
    close(setup.ready[1]);
}

[[noreturn]] void be_woken_process(unsigned number, const Setup& setup) {
    const int start = setup.starts[number][0];
    close_all_but(start, setup.starts);
    touch_own();
    say_ready(setup);
    read(start, own.pids, sizeof own.pids);
    close(start);
    fetch(&own.block);
    if (number >= own.header.processes) {
        sleep_for_ever();  // a process of the program wrote here by the descriptor's number
    }
    run_process(number);
}

void wait_for_others(const Setup& setup) {
    for (unsigned n = 1; n < program_processes; ++n) {
        std::uint8_t byte;
        read(setup.ready[0], &byte, 1);
    }
    close(setup.ready[0]);
    close(setup.ready[1]);
    sleep(ticks_to_settle);  // until all of them, and the keeper, sleep
}

[[noreturn]] void end_without_harness() {
    printf(open("/console", o_rdwr), "executor: no harness gives programs\n");
    for (const int pid : own.pids) {
        if (pid != getpid()) {
            kill(pid);
        }
    }
    kill(common.keeper);
    exit(failed_status);
}

[[noreturn]] void be_first_process(const Setup& setup) {
    for (unsigned n = 1; n < program_processes; ++n) {
        close(setup.starts[n][0]);
    }
    touch_own();
    own.pids[0] = getpid();
    wait_for_others(setup);
    guest_call<GuestCall::snapshot_ready>(0);
    fetch(&own.block);
    if (own.block.length == 0) {
        end_without_harness();
    }
    const std::uint32_t processes = own.header.processes;
    for (unsigned n = 1; n < program_processes; ++n) {
        if (n < processes) {
            write(setup.starts[n][1], own.pids, sizeof own.pids);
            close(setup.starts[n][1]);
        }
    }
    run_process(0);
}

// Process 0 is the last, so that it knows the others' pids; it tells them when it wakes them.
[[noreturn]] void keeper_main() {
    close(console_in);
    close(console_out);
    close(console_error);
    Setup setup;
    for (int(&ends)[2] : common.pipes) {
        make_pipe(ends);
    }
    make_pipe(common.end);
    make_pipe(setup.ready);
    for (unsigned n = 1; n < program_processes; ++n) {
        make_pipe(setup.starts[n]);
    }
    setup.starts[0][0] = setup.starts[0][1] = -1;
    common.keeper = getpid();
    for (unsigned n = program_processes; n-- > 0;) {
        own.pids[n] = fork();
        if (own.pids[n] < 0) {
            fail("fork() failed", "before the program began");
        }
        if (own.pids[n] == 0) {
            if (n == 0) {
                be_first_process(setup);
            }
            be_woken_process(n, setup);
        }
    }
    // The start pipes stay open here: who waits at one must not wake because process 0 has ended.
    close(setup.ready[0]);
    close(setup.ready[1]);
    sleep_for_ever();
}

}  // namespace

[[noreturn]] void sleep_for_ever() {
    // many: a program may write here by the descriptor's number, and that wakes all
    std::uint8_t bytes[512];
    for (;;) {
        while (read(common.end[0], bytes, sizeof bytes) > 0) {
        }
        // The program closed it: one of its own then. Two descriptors must be free for it.
        close(0);
        close(1);
        if (pipe(common.end) < 0) {
            exit(0);
        }
    }
}

}  // namespace executor

// exec's stack is the program's to spoil from here on, and nothing comes back to it.
int main(int argc, char** argv) {
    using namespace executor;
    if (argc == 0 || !equal(argv[0], name)) {
        return 0;
    }
    make_region();
    mkdir(program_directory);
    asm volatile("mv sp, %0\n\tjr %1"
                 :
                 : "r"(own.stack + sizeof own.stack), "r"(&keeper_main)
                 : "memory");
    __builtin_unreachable();
}
