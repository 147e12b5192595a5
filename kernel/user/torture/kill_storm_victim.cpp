#include "kernel/user/torture/kill_storm_victim.h"

#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/string.h"

namespace user {
namespace {

constexpr int long_time = 3000, short_time = 50;  // ticks
alignas(page_size) volatile std::uint64_t shared[page_size / sizeof(std::uint64_t)];

constexpr std::uint64_t few_turns = 20, turns = 200, many_turns = 200'000;

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
void run(std::uint64_t wanted) {
    for (volatile std::uint64_t& word : shared) {
        if (word != wanted) {
            fail("a process sees bytes that another one wrote", "0x%lx, not 0x%lx", word, wanted);
        }
        word = ~wanted;
        word = wanted;
    }
}

}  // namespace

bool patient = true;

bool Pipes::make() {
    int made = 0;
    int* const ends[] = {silence, clog, lifeline};
    while (made < 3 && persist([&] { return pipe(ends[made]); }) == 0) {
        ++made;
    }
    for (int i = 0; made < 3 && i < made; ++i) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
    return made == 3;
}

void share(std::uint64_t word) {
    for (volatile std::uint64_t& one : shared) {
        one = word;
    }
}

[[noreturn]] void live(State state, const Pipes& pipes, std::uint64_t word) {
    static char much[page_size];
    close(pipes.silence[1]);
    close(pipes.clog[0]);
    close(pipes.lifeline[0]);
    const std::uint64_t of_state = turns_of(state);
    // calls may be refused for want of memory
    for (std::uint64_t turn = 0; turn < of_state; ++turn) {
        switch (state) {
        case State::reading: break;
        case State::writing: write(pipes.clog[1], much, sizeof much); break;
        case State::waiting: wait_for_somebody_else(pipes); break;
        case State::sleeping: sleep(patient ? long_time : short_time); break;
        case State::running: run(word); break;
        case State::forking:
            if (fork() == 0) {
                exit(0);
            }
            wait(nullptr);
            break;
        case State::executing: execute(of_state, pipes.silence[0]);
        }
    }
    sleep_until_the_end(pipes.silence[0]);
}

void go_on_executing(const char* times_left, const char* silence) {
    const std::uint64_t times = parse_number(times_left, 0);
    const int descriptor = static_cast<int>(parse_number(silence, 0));
    if (times > 0) {
        execute(times - 1, descriptor);
    }
    sleep_until_the_end(descriptor);
}

}  // namespace user
