// Which programs must let their processes go on.
#pragma once
#include "fuzz/program/program.h"

namespace stampede::fuzz {

// Whether on a correct kernel, under every schedule and even where memory runs out, no process of the program sleeps for ever but in a
// read(), and no process that it forks sleeps there either: so each wait() comes back. Not the case, for all that is certain, where
// something is killed, other code runs, children read, or what is written might fill a pipe.
[[nodiscard]] bool only_reads_may_last(const Program& program);

}  // namespace stampede::fuzz
