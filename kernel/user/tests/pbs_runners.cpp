#include "kernel/user/tests/pbs_runners.h"

#include "kernel/user/lib/program.h"
#include "kernel/user/lib/system_calls.h"

namespace user {

namespace {

constexpr int held_status = 2;
constexpr std::uint64_t looks_per_tick = 12;

// Computes for `ticks`. Longer gaps between two looks at the clock are other processes' turns;
// false: not all are. Where time stands still now and then (a repeatable schedule may let it) the
// looks are counted: some more than fit into the time.
bool compute(std::uint64_t ticks) {
    constexpr std::uint64_t gap = slice / 50;
    std::uint64_t looks = ticks * looks_per_tick;
    bool free = true;
    const int self = getpid();
    std::uint64_t turns = seen_priority(self).times_scheduled, before = now();
    for (std::uint64_t done = 0; done < ticks && looks > 0; --looks) {
        const std::uint64_t here = now(), passed = here - before;
        before = here;
        if (passed < gap) {
            done += passed;
            continue;
        }
        const std::uint64_t turns_now = seen_priority(self).times_scheduled;
        free = free && turns_now != turns;
        turns = turns_now;
    }
    return free;
}

// For one that has nothing to do any more but to sleep.
void wait_until_asleep(int pid) {
    do {
        sleep(1);
    } while (seen_priority(pid).sleeping < slice);
}

}  // namespace

ProcessPriority seen_priority(int pid) {
    ProcessPriority priority;
    if (priority_of(pid, &priority) != 0) {
        fail("a process has no priority", "pid %d", pid);
    }
    return priority;
}

Race::Race(Runner* runners, int count) : runners_(runners), count_(count) {
    if (pipe(gate_) != 0 || pipe(results_) != 0) {
        fail("no pipes for the runners", "pipe() failed");
    }
    for (int i = 0; i < count; ++i) {
        runners[i].pid = fork();
        if (runners[i].pid == 0) {
            run(runners[i], i);
        }
        if (runners[i].pid < 0) {
            fail("no process for a runner", "%d of %d", i, count);
        }
    }
    close(gate_[0]);
    close(results_[1]);
    for (int i = 0; i < count; ++i) {
        next();  // each says when it comes to the gate
    }
    for (int i = 0; i < count; ++i) {
        wait_until_asleep(runners[i].pid);
        const int before = set_priority(runners[i].pid, runners[i].priority);
        if (before != 50) {
            fail("set_priority() gave another priority than the one before", "%d, expected 50",
                 before);
        }
    }
    sleep(1);  // until none is new any more
}

Race::Said Race::next() {
    Said said;
    if (read(results_[0], &said, sizeof said) != sizeof said) {
        fail("a runner said nothing", "read() failed");
    }
    return said;
}

void Race::run(const Runner& runner, int index) {
    Said said{index, 0};
    char nothing;
    close(gate_[1]);
    compute(slice / 5);  // long enough that they come to be on several harts, where there are
    for (int i = 0; i < runner.sleeps_before; ++i) {
        sleep(1);
    }
    write(results_[1], &said, sizeof said);
    read(gate_[0], &nothing, 1);
    said.when = now();
    for (int i = 0; i < runner.sleeps; ++i) {
        sleep(1);
    }
    const bool free = compute(runner.work);
    write(results_[1], &said, sizeof said);
    exit(free ? 0 : held_status);
}

void Race::open() {
    for (int i = 0; i < count_; ++i) {
        at_gate_[i] = seen_priority(runners_[i].pid);
    }
    close(gate_[1]);
}

void Race::finish() {
    for (int i = 0; i < count_; ++i) {
        const Said said = next();
        order_[i] = said.index;
        began_[said.index] = said.when;
    }
    for (int i = 0; i < count_; ++i) {
        turns_at_end_[i] = seen_priority(runners_[i].pid).times_scheduled;
    }
    for (int i = 0; i < count_; ++i) {
        int status = 0;
        if (wait(&status) < 0 || (status != 0 && status != held_status)) {
            fail("a runner was lost", "%d of %d, status %d", i, count_, status);
        }
        held_ = held_ || status == held_status;
    }
    close(results_[0]);
}

}  // namespace user
