// Time: slices of a running process, and processes that sleep until a deadline. Each hart has a
// list of its own sleepers and arms its timer for the earliest; an idle hart without sleepers has
// no timer running.
#pragma once
#include <cstdint>

#include "kernel/arch/riscv/layout.h"
#include "kernel/base/result.h"

namespace kernel {

inline constexpr std::uint64_t clock_tick =
    arch::timebase / 10;  // uptime() and sleep() count these: 0.1 s, as xv6's
inline constexpr std::uint64_t clock_slice = arch::timebase / 100;  // 10 ms

void clock_init();             // boot hart: uptime begins
std::uint64_t clock_uptime();  // in clock_ticks

// The calling process sleeps for `ticks`; Error::killed when it was killed meanwhile.
Result<void> clock_sleep(std::uint64_t ticks);

// All of this hart, interrupts off:
std::uint64_t clock_next_deadline();  // of its sleepers, in the time CSR's unit; arch::never
                                      // without any
void clock_start_slice();             // arms the timer for a slice, or for a sleeper due before
void clock_interrupt();               // wakes sleepers that are due and starts a new slice

}  // namespace kernel
