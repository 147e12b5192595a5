// Processes are killed at random moments in every state: asleep in read(), in write(), in wait()
// and in sleep(), running, in fork() and in exec(). Each has a valid pid until it is reaped, is
// reaped once and was killed; and all that are left behind come to their end, which the end of a
// pipe tells. One operation is a process killed and reaped. Who has not been killed after a while
// sleeps until the one that should have done it has ended.
#include "kernel/user/lib/child.h"
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"
#include "kernel/user/lib/workers.h"
#include "kernel/user/torture/kill_storm_victim.h"

using namespace user;

namespace {

constexpr std::uint64_t most_victims = 8;
constexpr std::uint64_t longest_wait = 20'000;  // turns of an empty loop

struct Victims {
    int pids[most_victims];
    bool killed[most_victims] = {};
    bool reaped[most_victims] = {};
    std::uint64_t count = 0;
    std::uint64_t lost = 0;  // for want of memory

    bool all(const bool (&which)[most_victims]) const {
        std::uint64_t number = 0;
        while (number < count && which[number]) {
            ++number;
        }
        return number == count;
    }
    void kill_one(std::uint64_t which) {
        if (kill(pids[which]) != 0) {
            fail("kill() failed", "pid %d was not reaped yet", pids[which]);
        }
        killed[which] = true;
    }
    // An xv6 may lose a kill() of who is about to sleep: once more, for it sleeps by now.
    void insist() const {
        if (on_own_kernel) {
            return;
        }
        sleep(1);
        for (std::uint64_t which = 0; which < count; ++which) {
            if (killed[which] && !reaped[which]) {
                kill(pids[which]);
            }
        }
    }
    void reap_one() {
        int status = 0;
        const int pid = persist([&] { return wait(&status); });
        std::uint64_t which = 0;
        while (which < count && (pids[which] != pid || reaped[which])) {
            ++which;
        }
        if (pid <= 0 || which == count) {
            fail("wait() gave no child of this process", "pid %d", pid);
        }
        if (status == failed_status) {
            exit(failed_status);  // it has said why
        }
        if (status != killed_status) {
            fail("a process that only kill() can end has ended", "status %d", status);
        }
        lost += !killed[which];
        killed[which] = reaped[which] = true;
    }
};

void wait_a_while(Random& random) {
    const std::uint64_t turns =
        random.below(random.next() % 4 == 0 ? longest_wait : longest_wait / 40);
    for (std::uint64_t i = 0; i < turns; ++i) {
        asm volatile("");
    }
    if (random.next() % 8 == 0) {
        sleep(1);
    }
}

// In any order, some of them twice; reaped soon or in the end.
void kill_all(Victims& victims, Random& random) {
    while (!victims.all(victims.killed)) {
        std::uint64_t which = random.below(victims.count);
        while (victims.killed[which]) {
            which = (which + 1) % victims.count;
        }
        wait_a_while(random);
        victims.kill_one(which);
        if (random.next() % 4 == 0) {  // it may be dead by now, and has its pid all the same
            wait_a_while(random);
            victims.kill_one(which);
        }
        if (random.next() % 2 == 0) {
            victims.insist();
            victims.reap_one();
        }
    }
    victims.insist();
    while (!victims.all(victims.reaped)) {
        victims.reap_one();
    }
    if (wait(nullptr) != -1) {
        fail("somebody is left", "after all who were forked had been reaped");
    }
}

Totals one_round(Random& random, std::uint64_t operations) {
    Totals totals;
    Pipes pipes;
    if (!pipes.make()) {
        totals.refused = 1;
        return totals;
    }
    const std::uint64_t word = random.next();
    share(word);
    Victims victims;
    for (const std::uint64_t wanted = operations < most_victims ? operations : most_victims;
         victims.count < wanted;) {
        const auto state = static_cast<State>(random.below(states));
        const int pid = fork();
        if (pid == 0) {
            live(state, pipes, word);
        }
        if (pid < 0) {
            totals.refused = 1;
            break;
        }
        victims.pids[victims.count++] = pid;
    }
    kill_all(victims, random);
    totals.operations = victims.count;
    totals.killed = victims.lost;
    close(pipes.silence[0]);
    close(pipes.silence[1]);
    close(pipes.clog[0]);
    close(pipes.clog[1]);
    close(pipes.lifeline[1]);
    char byte;
    if (persist([&] { return read(pipes.lifeline[0], &byte, 1); }) != 0) {
        fail("a pipe that nobody writes to does not end", "read() gave another result");
    }
    close(pipes.lifeline[0]);
    count(totals.operations);
    return totals;
}

Totals work(const Limit& limit, std::uint64_t, std::uint64_t seed) {
    Random random(seed);
    Totals totals;
    while (!limit.reached(totals.operations)) {
        const Totals of_round = one_round(random, limit.clip(most_victims, totals.operations));
        totals.add(of_round);
    }
    return totals;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 4 && equal(argv[1], "again")) {
        go_on_executing(argv[2], argv[3]);
    }
    constexpr std::uint64_t processes = 1 + 2 * most_victims;
    constexpr std::uint64_t most_pages = default_workers * processes * (2 + pages_of_process);
    const Options options = parse_options(argc, argv);
    patient = memory_lasts && are_free(most_pages);
    return run_workers(options, {default_workers, processes, most_pages}, work);
}
