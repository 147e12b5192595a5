// Atomic instructions on the slow path: aligned, in RAM. `size` 4 or 8; values are sign-extended by
// the caller. On the hart's thread.
#pragma once
#include "harts/access/accessed.h"
#include "harts/core/hart.h"
#include "harts/isa/values.h"

namespace stampede {

[[nodiscard]] Accessed<u64> amo_memory(Hart& hart, isa::AmoOp op, u64 address, unsigned size,
                                       u64 operand, isa::Ordering ordering);
[[nodiscard]] Accessed<u64> load_reserved_memory(Hart& hart, u64 address, unsigned size,
                                                 isa::Ordering ordering);
[[nodiscard]] Accessed<bool> store_conditional_memory(Hart& hart, u64 address, unsigned size,
                                                      u64 value,
                                                      isa::Ordering ordering);  // true: stored

}  // namespace stampede
