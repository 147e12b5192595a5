// Who is killed in kill_storm: a process in some state, which it leaves by being killed only, or
// after a long while.
#pragma once
#include <cstdint>

namespace user {

// The pipes of a round. Their descriptors are the same in all of its processes.
struct Pipes {
    int silence[2];   // nothing is written; its end releases whoever reads it
    int clog[2];      // nobody reads it
    int lifeline[2];  // all processes of the round have the write end: its end says that they are
                      // gone

    bool make();  // false: there were not so many to be had
};

enum class State : std::uint8_t {
    reading,
    writing,
    waiting,
    sleeping,
    running,
    forking,
    executing
};
inline constexpr std::uint64_t states = 7;

// False where the one that kills may itself be killed for want of memory: then no victim takes
// long.
extern bool patient;

// Writes `word` all over a page that victims share with their parent; they must find it there until
// the end.
void share(std::uint64_t word);
// A victim's life, in a child of the process that called share(word).
[[noreturn]] void live(State state, const Pipes& pipes, std::uint64_t word);
// What the program does that `executing` executes: main()'s words behind its name and `again`.
[[noreturn]] void go_on_executing(const char* times_left, const char* silence);

}  // namespace user
