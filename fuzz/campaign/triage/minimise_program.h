// The smallest program that still shows something.
#pragma once
#include <functional>

#include "fuzz/program/program.h"

namespace stampede::campaign {

// Whether the program, a valid one, still shows it.
using Shows = std::function<bool(const fuzz::Program&)>;
// Asked before each try.
using Enough = std::function<bool()>;

struct MinimisedProgram {
    fuzz::Program program;
    u64 tries = 0;
};

// Greedy: processes go, then stretches of calls (halves first, then quarters and so on), children
// become their parents' calls, numbers, addresses and lengths become plain ones, and the schedule
// simpler, until nothing helps any more or it is enough. `program` shows it; so does what comes
// back, and it is no larger.
[[nodiscard]] MinimisedProgram minimise_program(const fuzz::Program& program, const Shows& shows,
                                                const Enough& enough);

}  // namespace stampede::campaign
