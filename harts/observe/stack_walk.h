// Who called whom, by frame pointers (RISC-V psABI, "Frame Pointer Convention": fp - 8 holds the
// return address, fp - 16 the caller's fp), and reading guest memory as a hart would without
// changing anything.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "harts/base/types.h"
#include "harts/memory/pte.h"
#include "harts/memory/ram.h"

namespace stampede {

// How a hart translates: the state that addresses depend on.
struct Translation {
    Privilege mode = Privilege::Machine;
    Satp satp;
};

// Where `address` lies, if it is mapped to RAM for a read. A and D bits stay as they are, SUM and
// MXR are taken as set.
[[nodiscard]] std::optional<PhysAddr> translate(const Ram& ram, Translation translation,
                                                u64 address);

// The u64 at an aligned address, if it can be read.
[[nodiscard]] std::optional<u64> peek(const Ram& ram, Translation translation, u64 address);

// `pc`, then return addresses, innermost first. Ends where the chain does: at an fp that is
// misaligned, unreadable or not above the last one, or after `limit` entries. Any thread, on memory
// that changes too: the chain may then be wrong but the walk ends.
[[nodiscard]] std::vector<u64> walk_stack(const Ram& ram, Translation translation, u64 pc, u64 fp,
                                          std::size_t limit = 32);
// The same of a function that may be a leaf: where it has no frame, or one without its return
// address (GCC's have the caller's fp alone), its caller is where `ra` leads.
[[nodiscard]] std::vector<u64> walk_stack_of_leaf(const Ram& ram, Translation translation, u64 pc,
                                                  u64 fp, u64 ra, std::size_t limit = 32);
// The same into an array, without allocation; gives the number of entries.
[[nodiscard]] std::size_t walk_stack(const Ram& ram, Translation translation, u64 pc, u64 fp,
                                     std::span<u64> chain);

}  // namespace stampede
