// Reads single operands.
#pragma once
#include "fuzz/program/program.h"
#include "fuzz/program/text/tokens.h"

namespace stampede::fuzz {

// Takes the words of `operand`, which is neither Result nor Body, and sets it in `call`.
[[nodiscard]] Result<void> parse_operand(Tokens& tokens, Operand operand, Call& call);
// A number from `first` to `last`, decimal. Error: `expected`, which says what it is, and the
// range.
[[nodiscard]] Result<i64> parse_number(Tokens& tokens, i64 first, i64 last,
                                       std::string_view expected);
// The digit behind `letter`, a slot's: `r0`.
[[nodiscard]] Result<u8> parse_slot(Tokens& tokens, char letter);

}  // namespace stampede::fuzz
