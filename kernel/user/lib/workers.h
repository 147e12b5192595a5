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
    void add(const Outcome& outcome) {
        add(Totals{outcome.operations, outcome.refused, outcome.killed});
    }
};

// The work of the `index`-th worker. Fails through fail(); counts its operations as it goes
// (guest_calls.h).
using Work = Totals (*)(const Limit& limit, std::uint64_t index, std::uint64_t seed);

// Runs `work` in `workers` children, each with its share of the operations and a seed of its own,
// waits for all and prints `program: N operations`. Workers that could not be forked are done
// without, but something must have been done. Killed processes are a failure where the machine has
// `most_pages` pages, which is as much as the workload can ever want: memory was not short then.
// Returns main's result.
int run_workers(const Options& options, std::uint64_t workers, std::uint64_t most_pages, Work work);

// Page tables, kernel stack, stack, data: what every process has beside the pages that its workload
// is about, generously.
inline constexpr std::uint64_t pages_of_process = 20;

// Enough trees of processes to keep 64 harts busy where every tree has several processes.
inline constexpr std::uint64_t default_workers = 16;

}  // namespace user
