// Which word a busy-waiting loop looks at, read off its instructions.
#pragma once
#include <optional>

#include "harts/core/hart.h"
#include "harts/memory/ram.h"

namespace stampede {

// The address that the load, LR or AMO nearest to `pc` would access with the hart's registers as
// they are: first behind it, then in front of it, a few instructions far and no further than a jump
// out. In a loop that waits these registers do not change.
[[nodiscard]] std::optional<u64> spin_word(const Ram& ram, const HartState& state, u64 pc);

}  // namespace stampede
