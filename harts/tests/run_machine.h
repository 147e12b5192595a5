// An image on our own harts.
#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

struct MachineRun {
    std::string output;    // what the guest wrote to the UART
    u64 instructions = 0;  // retired
    u64 state_hash = 0;    // Machine::state_hash() at the end
};

inline constexpr u64 unlimited_budget = u64{1} << 40;

// Runs a program of one hart in slices of `budget` instructions until it ends by the finisher.
// Error: the machine cannot be made, the guest waits for ever, or has not ended after `limit`
// instructions.
[[nodiscard]] Result<MachineRun> run_in_machine(std::span<const std::byte> image, u64 budget,
                                                u64 limit);

}  // namespace stampede
