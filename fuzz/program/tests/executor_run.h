// One program on the real kernel: boots it with `run=executor`, delivers the program and runs until
// everybody sleeps.
#pragma once
#include <string>
#include <vector>

#include "fuzz/program/generate/schedule_choice.h"
#include "harts/machine/machine.h"

namespace stampede::fuzz {

struct ExecutorOutcome {
    MachineStop stop = MachineStop::Deadline;  // Idle: all sleep
    std::vector<std::string> failed_checks;
    unsigned done = 0;     // processes that ran to their end
    u64 instructions = 0;  // of all harts, since the snapshot
    std::string console;
};

struct ExecutorRun {
    std::string policy = "kmem";
    unsigned harts = 2;
    ScheduleChoice schedule{ScheduleChoice::Kind::RoundRobin, 200, 1};
};

// `image` as lower() gives it; empty: nobody answers `fetch`.
[[nodiscard]] ExecutorOutcome run_executor(const ExecutorRun& run, const std::string& image);

}  // namespace stampede::fuzz
