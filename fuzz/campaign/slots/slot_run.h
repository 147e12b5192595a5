// One slot: its command, run for its time, and what came of it.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "fuzz/campaign/slots/fuzzer_log.h"
#include "fuzz/campaign/slots/slot_command.h"
#include "harts/report/forms/oracle_list.h"

namespace stampede::campaign {

struct SlotResult {
    double seconds = 0;
    u64 executions = 0;                   // programs, or runs of a workload
    u64 features = 0;                     // the most
    std::string problem;                  // it did not end as it should; else empty
    std::vector<OracleReport> oracles{};  // who watched, and who could not; none: it did not say
};

struct SlotObserver {
    StopWanted stop;
    // of a fuzz target, since the slot's beginning
    std::function<void(u64 executions, u64 features)> heard;
};

// Makes the folder. A target that stops at a finding is started again until the time is over. One
// that crashes by itself, hangs, or wants too much memory has a finding for it, harness_fault, in
// the folder. Error: the folder cannot be made, or the program not started.
[[nodiscard]] Result<SlotResult> run_slot(const Slot& slot, const SlotSetup& setup,
                                          const SlotFolder& folder, u64 seed,
                                          const SlotObserver& observer);

// Runs a fuzz target once on these inputs, in their order; it files what it finds. Where a thread a
// hart makes a run chance, each a thousand times. The folder must be there.
[[nodiscard]] Result<void> run_inputs(const Slot& slot, const SlotSetup& setup,
                                      const SlotFolder& folder,
                                      const std::vector<std::string>& inputs,
                                      const StopWanted& stop);

}  // namespace stampede::campaign
