// Words from operations and operands: decode() backwards, for tests, fuzzers and everything else
// that makes guest code.
#pragma once
#include <optional>

#include "harts/isa/compressed.h"
#include "harts/isa/instruction.h"

namespace stampede::isa {

// The word that decodes to `op` and `operands`; a destination of x0 may be written 0 or
// sink_register. Nothing when an operand does not fit (an odd branch offset, an immediate out of
// range, a register number past 31). Any thread.
[[nodiscard]] std::optional<u32> encode(Op op, const Operands& operands);

// The halfword of a compressed instruction, its operands being those of what it stands for: {imm,
// rd, rs1, rs2}.
[[nodiscard]] std::optional<u16> encode(CompressedOp op, const Operands& operands);

}  // namespace stampede::isa
