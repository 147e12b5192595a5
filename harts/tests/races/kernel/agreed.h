// What the small kernel and the harness agree on besides `parameters`; freestanding.
//
// Eight tasks in user mode send each other numbers in a ring and sum up what they get and what they
// read back from frames of memory; four kernel threads do the like inside. All sums depend on
// `parameters.rounds` alone, whoever ran where.
#pragma once
#include "harts/tests/races/parameters.h"

namespace races::kernel {

// Which lock has lost its order of memory (Parameters::selector). It still excludes: only what it
// orders is lost.
enum class Broken : u64 {
    Nothing,
    ReservedLock,
    TicketLock,
    ReaderWriterLock,
    SequenceLock,
    Count
};

inline constexpr unsigned tasks = 8, kernel_threads = 4, threads = tasks + kernel_threads;
inline constexpr unsigned most_kernel_harts = 16;
inline constexpr u64 most_kernel_rounds = 250;  // the log has no more room

// Always inlined, and with constants that instructions can make: tasks have no code and no data but
// their own pages.
[[gnu::always_inline]] constexpr u64 message(u64 task, u64 round) {
    return (task + 1) * 1'000'003 ^ round * 7'919;
}
[[gnu::always_inline]] constexpr u64 mixed(u64 sum, u64 value) {
    return (sum ^ value) * 0x100'0000'01b3 + 1;
}

// Of a task: what its neighbour sent, and a word that went through a frame of memory, each round.
constexpr u64 task_sum(u64 task, u64 rounds) {
    u64 sum = task;
    for (u64 round = 0; round < rounds; ++round) {
        sum = mixed(sum, message((task + tasks - 1) % tasks, round));
        sum = mixed(sum, message(task, round) + round);
    }
    return sum;
}
constexpr u64 expected_checksum(u64 rounds) {
    u64 sum = 0;
    for (u64 task = 0; task < tasks; ++task) {
        sum += task_sum(task, rounds);
    }
    return sum + kernel_threads * rounds;
}

// Symbol `races::kernel::outcome`; complete when the finisher is written.
struct Outcome {
    u64 checksum;
    u64 log_entries;  // (tasks + kernel_threads) * rounds
    u64 messages;     // tasks * rounds
    u64 switches;     // of threads; depends on the schedule, as all that follows
    u64 migrations;   // of them to another hart
    u64 ticks;        // timer interrupts
    u64 waits[4];  // acquisitions that had to wait: reserved, ticket, reader-writer, sequence lock
};

}  // namespace races::kernel
