// Processes are killed at random moments in every state: asleep in read(), in write(), in wait() and in sleep(), running, in fork()
// and in exec(). Each has a valid pid until it is reaped, is reaped once and was killed; and all that are left behind come to
// their end, which the end of a pipe tells. One operation is a process killed and reaped. Who has not been killed after a while sleeps
// until the one that should have done it has ended.
#include "kernel/user/lib/child.h"
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"
#include "kernel/user/lib/workers.h"

using namespace user;

namespace {

constexpr std::uint64_t most_victims = 8;
constexpr std::uint64_t longest_wait = 20'000;  // turns of an empty loop
constexpr int long_time = 3000, short_time = 50;  // ticks
alignas(page_size) volatile std::uint64_t shared[page_size / sizeof(std::uint64_t)];

// The pipes of a round. Their descriptors are the same in all of its processes.
struct Pipes {
    int silence[2];   // nothing is written; its end releases whoever reads it
    int clog[2];      // nobody reads it
    int lifeline[2];  // all processes of the round have the write end: its end says that they are gone
};

bool make(Pipes& pipes) {
    int made = 0;
    int* const ends[] = {pipes.silence, pipes.clog, pipes.lifeline};
    while (made < 3 && persist([&] { return pipe(ends[made]); }) == 0) {
        ++made;
    }
    for (int i = 0; made < 3 && i < made; ++i) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
    return made == 3;
}

enum class State : std::uint8_t { reading, writing, waiting, sleeping, running, forking, executing };
constexpr std::uint64_t states = 7, few_turns = 20, turns = 200, many_turns = 200'000;
bool patient = true;  // false where the one that kills may itself be killed for want of memory: then nobody takes long

// How often it does what leads into its state. The first ones stay there.
std::uint64_t turns_of(State state) {
    if (state < State::running) {
        return 1;
    }
    return !patient ? few_turns : state == State::running ? many_turns : turns;
}

// Nobody writes: it comes back when all who could have written are gone.
[[noreturn]] void sleep_until_the_end(int silence) {
    char byte;
    read(silence, &byte, 1);
    exit(0);
}

// This program again, so many times.
void execute(std::uint64_t times, int silence) {
    char times_text[24], silence_text[24];
    format(times_text, sizeof times_text, "%lu", times);
    format(silence_text, sizeof silence_text, "%d", silence);
    const char* const arguments[] = {"kill_storm", "again", times_text, silence_text, nullptr};
    exec("/kill_storm", arguments);
}

void wait_for_somebody_else(const Pipes& pipes) {
    if (fork() == 0) {
        sleep_until_the_end(pipes.silence[0]);  // outlives its parent
    }
    wait(nullptr);
}

// What was inherited must be found until the end.
void run(std::uint64_t change) {
    for (volatile std::uint64_t& word : shared) {
        if (word != change) {
            fail("a process sees bytes that another one wrote", "0x%lx, not 0x%lx", word, change);
        }
        word = ~change;
        word = change;
    }
}

[[noreturn]] void live(State state, const Pipes& pipes, std::uint64_t change) {
    static char much[page_size];
    close(pipes.silence[1]);
    close(pipes.clog[0]);
    close(pipes.lifeline[0]);
    const std::uint64_t of_state = turns_of(state);
    for (std::uint64_t turn = 0; turn < of_state; ++turn) {  // calls may be refused for want of memory
        switch (state) {
        case State::reading:
            break;
        case State::writing:
            write(pipes.clog[1], much, sizeof much);
            break;
        case State::waiting:
            wait_for_somebody_else(pipes);
            break;
        case State::sleeping:
            sleep(patient ? long_time : short_time);
            break;
        case State::running:
            run(change);
            break;
        case State::forking:
            if (fork() == 0) {
                exit(0);
            }
            wait(nullptr);
            break;
        case State::executing:
            execute(of_state, pipes.silence[0]);
        }
    }
    sleep_until_the_end(pipes.silence[0]);
}

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
    const std::uint64_t turns = random.below(random.next() % 4 == 0 ? longest_wait : longest_wait / 40);
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
            victims.reap_one();
        }
    }
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
    if (!make(pipes)) {
        totals.refused = 1;
        return totals;
    }
    const std::uint64_t change = random.next();
    for (volatile std::uint64_t& word : shared) {
        word = change;
    }
    Victims victims;
    for (const std::uint64_t wanted = operations < most_victims ? operations : most_victims; victims.count < wanted;) {
        const auto state = static_cast<State>(random.below(states));
        const int pid = fork();
        if (pid == 0) {
            live(state, pipes, change);
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
        totals.operations += of_round.operations;
        totals.refused += of_round.refused;
        totals.killed += of_round.killed;
    }
    return totals;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 4 && equal(argv[1], "again")) {
        const std::uint64_t times = parse_number(argv[2], 0);
        const int silence = static_cast<int>(parse_number(argv[3], 0));
        if (times > 0) {
            execute(times - 1, silence);
        }
        sleep_until_the_end(silence);
    }
    constexpr std::uint64_t most_pages = default_workers * (1 + 2 * most_victims) * (2 + pages_of_process);
    const Options options = parse_options(argc, argv);
    patient = memory_lasts && free_pages() >= most_pages;
    return run_workers(options, default_workers, most_pages, work);
}
