// Random bodies: any instruction of the table and what an operating system does with it, such that
// the outcome is the same on every implementation of the specification with QEMU's choices (A and D
// set by hardware, misaligned accesses done by hardware).
#pragma once
#include "harts/tests/programs/body.h"

namespace stampede::programs {

// The body of a seed; always the same one.
[[nodiscard]] Body random_body(u64 seed);

}  // namespace stampede::programs
