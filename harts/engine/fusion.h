// Pairs of instructions that one handler runs. A register value that one instruction writes and the
// next reads goes through memory otherwise (HartState::x), which costs more than the operation
// itself; a pair keeps it in a host register and saves a jump.
#pragma once
#include "harts/core/code_page.h"
#include "harts/isa/instruction.h"

namespace stampede::handlers {

// The handler of `first` that runs `second`, which stands right behind it, as well; null: these two
// are no pair. Both may still be entered alone: the second keeps its own handler in its own slot.
[[nodiscard]] Handler fused(const isa::Decoded& first, const isa::Decoded& second);

}  // namespace stampede::handlers
