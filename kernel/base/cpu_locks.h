// What each CPU keeps about its locks: the nesting of interrupts-off, and the locks it holds, for
// the rank check.
#pragma once
#include <array>
#include <cstddef>

namespace kernel {

class SpinlockBase;

// Touched by its own CPU only, with interrupts off.
struct alignas(64) CpuLocks {
    static constexpr unsigned limit = 12;

    std::size_t off_depth = 0;  // InterruptsOff and locks alive
    bool interrupts_were_on =
        false;  // before the outermost; a context switch carries it with the process
    std::size_t held_count = 0;
    std::array<const SpinlockBase*, limit> held{};
    // Called once, and forgotten, when this CPU gives up its last lock; interrupts are still off.
    // For what should not happen under locks, because it makes another CPU want them.
    void (*when_free)() = nullptr;
};

CpuLocks& this_cpu_locks();  // interrupts off

void push_interrupts_off();
void pop_interrupts_off();

}  // namespace kernel
