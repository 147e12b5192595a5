// Loops that wait for another hart.
#pragma once
#include <span>

#include "harts/isa/instruction.h"

namespace stampede {

// Whether the load in halfword `k` of `code` is how a loop waits: one that does nothing but look.
// It stores nothing, calls nothing, and nothing that it computes lasts from one turn to the next,
// so all turns look at the same words, and it can end only by what somebody else stores there:
//
//     wait: lw   a5, 0(a4)       wait: ld   a4, -24(s0)      wait: auipc a5, ...
//           beqz a5, wait              lw   a5, 0(a4)              lw    a5, 16(a5)
//                                      bnez a5, past               pause
//                                      j    wait                   beqz  a5, wait
//
// Of its loads those are meant that a branch hangs on. So is a look of the same kind in front of
// the loop, as compilers make it that turn loops around. Within `code`, a page or less; a loop of
// at most 16 instructions.
[[nodiscard]] bool waits_by(std::span<const u16> code, unsigned k);

}  // namespace stampede
