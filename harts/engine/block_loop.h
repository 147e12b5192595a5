// Block loops (core/block_loop.h) are found where code is decoded, and run many rounds at once,
// with all that these rounds would do to registers, memory and budget.
//
// xv6 fills each page that it allocates or frees byte by byte, some 12,000 instructions; round by
// round that takes half of the processor time of its `usertests`.
#pragma once
#include <optional>

#include "harts/core/hart.h"
#include "harts/engine/watching.h"

namespace stampede {

// What slots `head` to `branch` of a page are, all decoded and one behind another; nothing: no such
// loop.
[[nodiscard]] std::optional<BlockLoop> block_loop_of(const CodePage& page, unsigned head,
                                                     unsigned branch);

// At the branch of `loop`, before it: runs whole rounds, as many as stay within the pages of this
// one, within `budget` and within the loop, if whoever watches lets them pass. How many
// instructions that were.
[[nodiscard]] i64 run_block_loop(Hart& hart, const BlockLoop& loop, i64 budget, const TlbBank& data,
                                 BlockWatch watch);

}  // namespace stampede
