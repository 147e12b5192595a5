// Programs as bytes, for a fuzzer that changes bytes: every byte string is some program.
//
//     schedule   kind, parameter less the first (2 bytes), seed (4)
//     processes  number - 1
//     each       calls: a tag, then the operands in the order of the shape; tag 0 ends the list
//
// Little endian. Everything is taken modulo the number of values that it has. Bytes that are
// missing are 0. A fork's list of calls follows it; a fork that is too many or too deep counts as
// none, and what follows it belongs to the list that it stands in. Behind the last call that fits
// nothing is read.
#pragma once
#include <string>
#include <string_view>

#include "fuzz/program/program.h"

namespace stampede::fuzz {

// Of a valid program.
[[nodiscard]] std::string encode(const Program& program);
// A valid program, whatever `bytes` are; the one that encode() was given.
[[nodiscard]] Program decode(std::string_view bytes);

}  // namespace stampede::fuzz
