// Every guest program of this folder, what it is, and what a race detector must say of it; and how
// to run one.
#pragma once
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harts/machine/machine.h"
#include "harts/tests/races/kernel/agreed.h"

namespace stampede::races {

enum class Group : u8 { Locks, Messages, Flags, Objects, Edges, LockOrder, Kernel };

enum class Expectation : u8 {
    Silent,
    Race,  // between accesses whose innermost functions are `first` and `second`, in either order;
           // or more
    LockOrder,  // `first` and `second` take locks in opposite orders, at different times: the
                // machine ends
    Deadlock,   // `first` and `second` wait for each other's lock: the machine does not end
};

enum class Guest : u8 { Patterns, Kernel };

struct Case {
    std::string_view name;
    Group group;
    Expectation expectation;
    // functions as the guest's symbol table names them; empty where Silent
    std::string_view first, second;
    Guest guest;
    u64 selector;  // Parameters::selector
    u64 rounds;    // enough for what is expected to happen
};

// By group. Names are unique.
[[nodiscard]] std::span<const Case> all_cases();
// For GoogleTest: a test is named after its case.
void PrintTo(const Case& one, std::ostream* out);

struct CaseOptions {
    unsigned harts = 8;  // 2 to 64; of the kernel 1 to 16
    u64 rounds = 0;      // 0: the case's own; of the kernel at most 250
    unsigned permits =
        0;  // 0: the host's cores. With 1 only hand-overs of the permit order what harts do
    TimeMode time = TimeMode::Host;  // Counted for a loop over Machine::run()
};

// A machine that stands before the case's first instruction: attach observers, then run it as you
// like. It ends by the finisher; exit_status() 0 says that the guest found its own sums right.
// Error: the guest's file or the machine's configuration.
[[nodiscard]] Result<std::unique_ptr<Machine>> load_case(const Case& one,
                                                         const CaseOptions& options = {});

// One host thread, turns of 1 to `longest` instructions by random numbers from `seed`. False: no
// end within `limit` instructions (turns in which nothing ran count as one).
[[nodiscard]] bool run_in_turns(Machine& machine, u64 seed, u64 longest = 40,
                                u64 limit = u64{200'000'000});

// What the kernel has left.
using KernelOutcome = ::races::kernel::Outcome;
[[nodiscard]] Result<KernelOutcome> kernel_outcome(Machine& machine);

// Host file of a guest, for symbols.
[[nodiscard]] std::string file_of(Guest guest);

}  // namespace stampede::races
