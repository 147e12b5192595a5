// A program as the guest's executor runs it (kernel/abi/program.h), with what each step must give
// where that is certain.
//
// Certain is what holds on a correct kernel under every schedule, whatever other processes do and
// even where memory runs out:
//   - a byte of the region is the initial one, or what this process, or its ancestors before they
//     forked it, stored last; not known any more once a call was told to write there;
//   - addresses where nothing is mapped, and the heap's until this process's first sbrk that asks
//     for more;
//   - a call whose pointer is bad in its first byte does nothing; fstat, pipe and wait want all
//     their bytes.
// An exec may or may not come back; what stands behind it holds if it does. A jump never does.
#pragma once
#include <string>

#include "fuzz/program/program.h"

namespace stampede::fuzz {

// The bytes that `fetch` is to deliver, at most abi::program_image_limit. `program` is a valid one.
// Before each exit and at a process's end the bytes that any process writes are checked. Calls
// behind an exit are left out.
[[nodiscard]] std::string lower(const Program& program);

// open()'s flags of a call's number.
[[nodiscard]] i64 open_flags(i32 number);

}  // namespace stampede::fuzz
