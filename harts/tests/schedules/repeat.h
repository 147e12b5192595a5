// One run of the real kernel under a schedule, and what is the same each time.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "harts/machine/machine.h"
#include "harts/report/replay/hart_runs.h"
#include "harts/schedule/schedule_spec.h"

namespace stampede::schedules {

struct KernelRun {
    unsigned harts = 1;
    u64 seed = 1;  // of schedule, perturbation and workload
    u64 operations = 30;
    std::string workload = "forkbomb";
    ScheduleSpec schedule;  // repeatable
    std::optional<std::vector<HartRun>>
        turns;  // followed instead of the schedule; its perturbation stays
    u64 look_every =
        ~u64{0};  // instructions after which run_scheduled() comes back, to be called again
};

// What a guest can see.
struct Trace {
    u64 state_hash = 0;
    std::vector<u64> instructions;  // by hart
    friend bool operator==(const Trace&, const Trace&) = default;
};

struct KernelOutcome {
    Trace trace;
    std::vector<HartRun> turns;
};

[[nodiscard]] Result<ElfImage> read_kernel();
// Error: no machine, or the kernel has not ended with status 0 after a billion instructions.
[[nodiscard]] Result<KernelOutcome> run_kernel(const ElfImage& kernel, const KernelRun& run);

}  // namespace stampede::schedules
