// Three processes under scheduler=pbs, and what their priorities are while they run, for `ci/bench
// priorities`: one computes, one mostly sleeps, one computes and is given a better priority midway.
// Every millisecond whoever runs prints a line for each:
//
//     sample TICKS NAME STATIC INDEX DYNAMIC TURNS          ticks of 10 MHz since the beginning
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

constexpr std::uint64_t tenth = ticks_per_second / 10, between_samples = ticks_per_second / 1000;
constexpr int count = 3, sleeps = 1, preferred = 2;
constexpr const char* names[count] = {"computes", "sleeps", "preferred"};
constexpr int better_priority = 20;

struct Mix {
    std::uint64_t begin, end;
    int pids[count];
};

void print_samples(const Mix& mix) {
    for (int i = 0; i < count; ++i) {
        ProcessPriority priority;
        if (priority_of(mix.pids[i], &priority) == 0) {
            printf(console_out, "sample %lu %s %u %u %u %lu\n", now() - mix.begin, names[i],
                   priority.static_priority, priority.index, priority.dynamic_priority,
                   priority.times_scheduled);
        }
    }
}

void compute(const Mix& mix, std::uint64_t ticks) {
    static std::uint64_t last = 0;
    const std::uint64_t until = now() + ticks;
    while (now() < until && now() < mix.end) {
        if (now() - last >= between_samples) {
            last = now();
            print_samples(mix);
        }
    }
}

[[noreturn]] void take_part(int role, int start) {
    Mix mix;
    if (read(start, &mix, sizeof mix) != sizeof mix) {
        fail("the others are not known", "read() failed");
    }
    while (now() < mix.end) {
        if (role == sleeps) {
            sleep(1);
        }
        compute(mix, role == sleeps ? tenth / 50 : tenth);
    }
    exit(0);
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t tenths = option(argc, argv, "tenths", 6);
    if (set_priority(getpid(), 0) < 0) {
        printf(console_out, "priorities: there are none without scheduler=pbs\n");
        return failed_status;
    }
    int start[2];
    Mix mix;
    if (pipe(start) != 0) {
        fail("no pipe", "pipe() failed");
    }
    for (int i = 0; i < count; ++i) {
        mix.pids[i] = fork();
        if (mix.pids[i] == 0) {
            take_part(i, start[0]);
        }
        if (mix.pids[i] < 0) {
            fail("no process", "fork() failed");
        }
    }
    mix.begin = now();
    mix.end = mix.begin + tenths * tenth;
    for (int i = 0; i < count; ++i) {
        write(start[1], &mix, sizeof mix);
    }
    sleep(static_cast<int>(tenths / 2));
    set_priority(mix.pids[preferred], better_priority);
    for (int i = 0; i < count; ++i) {
        int status = 0;
        if (wait(&status) < 0 || status != 0) {
            fail("a process failed", "status %d", status);
        }
    }
    printf(console_out, "priorities: ok\n");
    return 0;
}
