// What a process of a tree tells its parent through its exit status: the operations below it and
// what went wrong.
#pragma once
#include "kernel/user/lib/program.h"

#include <cstdint>

namespace user {

struct Outcome {
    std::uint32_t operations = 0;  // at most 65,535 in one status
    bool refused = false;          // somewhere fork() gave -1
    bool killed = false;  // somewhere a child was killed, as happens where memory has run out

    void add(const Outcome& other) {
        operations += other.operations;
        refused |= other.refused;
        killed |= other.killed;
    }
    int status() const;
};

enum class Reaped : std::uint8_t { nobody, ended, killed };

// Waits for one child and adds what it says; `pid` gets which one it was. A child that found a
// wrong result ends this process too, without more words.
Reaped reap(Outcome& sum, int* pid = nullptr);

}  // namespace user
