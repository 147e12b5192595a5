// One slot: its command, run for its time, and what came of it.
#pragma once
#include <functional>
#include <string>

#include "fuzz/campaign/fuzzer_log.h"
#include "fuzz/campaign/slot_command.h"

namespace stampede::campaign {

struct SlotResult {
    double seconds = 0;
    u64 executions = 0;      // programs, or runs of a workload
    u64 features = 0;        // the most
    std::string problem;     // it did not end as it should; else empty
};

struct SlotEar {
    StopWanted stop;
    std::function<void(u64 executions, u64 features)> heard;   // of a fuzz target, since the slot's beginning
};

// Makes the folder. A target that stops at a finding is started again until the time is over. One that crashes by itself, hangs, or wants
// too much memory has a finding for it, harness_fault, in the folder. Error: the folder cannot be made, or the program not started.
[[nodiscard]] Result<SlotResult> run_slot(const Slot& slot, const SlotSetup& setup, const SlotFolder& folder, u64 seed, const SlotEar& ear);

// Runs a fuzz target's program on one input, which it files if it finds something.
[[nodiscard]] Result<void> run_input(const Slot& slot, const SlotSetup& setup, const SlotFolder& folder, const std::string& input,
                                     const StopWanted& stop);

}  // namespace stampede::campaign
