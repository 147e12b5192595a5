// A workload's work spread over several processes, and their results gathered.
#pragma once
#include "kernel/user/lib/outcome.h"
#include "kernel/user/lib/program.h"

#include <cstdint>

namespace user {

struct Totals {
    std::uint64_t operations = 0;
    std::uint64_t refused =
        0;  // times there was no process to be had, and the workload went on without
    std::uint64_t killed = 0;  // times a child was killed

    void add(const Totals& other) {
        operations += other.operations;
        refused += other.refused;
        killed += other.killed;
    }
    // Of a round. Where it was refused everything, by a kernel with small tables, this process
    // sleeps for a tick: others have what it wants.
    void add(const Outcome& outcome);
};

// The work of the `index`-th worker. Fails through fail(); counts its operations as it goes
// (guest_calls.h).
using Work = Totals (*)(const Limit& limit, std::uint64_t index, std::uint64_t seed);

// The most that a workload can ever want.
struct Demand {
    std::uint64_t workers;
    std::uint64_t processes;  // of a worker, with itself
    std::uint64_t pages;      // of all of them
    std::uint64_t found = 0;  // processes that there are for them; 0: not looked for yet

    bool is_met() const { return found >= workers * processes; }
};

// The same with as many workers as the kernel has processes for, or somewhat more: that there is no
// process to be had is to be met now and then, not always.
Demand fitted(Demand demand);

// Runs `work` in so many children, each with its share of the operations and a seed of its own,
// waits for all and prints `program: N operations`, and what it had to do without. Workers that
// could not be forked are done without, but something must have been done. Killed processes are a
// failure where the machine has all the pages that are demanded: memory was not short then. Returns
// main's result.
int run_workers(const Options& options, Demand demand, Work work);

// Page tables, kernel stack, stack, data: what every process has beside the pages that its workload
// is about, generously.
inline constexpr std::uint64_t pages_of_process = 20;

// Enough trees of processes to keep 64 harts busy where every tree has several processes.
inline constexpr std::uint64_t default_workers = 16;

}  // namespace user
