// What each hart keeps for running processes.
#pragma once
#include <array>
#include <cstdint>

#include "kernel/arch/arch.h"
#include "kernel/proc/process.h"

namespace kernel {

// Touched by its own hart only, with interrupts off.
struct alignas(64) Hart {
    SwitchContext scheduler;       // where the scheduler waits while a process runs
    Process* current = nullptr;    // the process that runs here
    std::uint64_t given_work = 0;  // a bit for each other hart whose queue was pushed to since its
                                   // idle ones were last told
};

extern std::array<Hart, arch::max_cpus> harts;

inline Hart& this_hart() { return harts[arch::cpu_id()]; }  // interrupts off

}  // namespace kernel
