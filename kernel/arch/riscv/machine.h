// What the guest alone has: clock, timer, inter-processor interrupts, waiting. Guest-only folders
// (proc, trap, sys) include it.
#pragma once
#include <cstdint>

#include "kernel/arch/arch.h"

namespace kernel::arch {

inline constexpr std::uint64_t never = ~std::uint64_t{0};

inline std::uint64_t now() { return read_csr<Csr::time>(); }  // ticks of `timebase` a second
inline void set_timer(std::uint64_t when) {
    write_csr<Csr::stimecmp>(when);
}  // of this hart; `never` disarms it

// Returns when an interrupt is pending, also with interrupts off.
inline void wait_for_interrupt() { asm volatile("wfi" ::: "memory"); }

// A software interrupt at another hart. What was written before is visible to its handler.
void send_interrupt(unsigned cpu);

// Translates by the kernel's own page table: no user half.
void use_kernel_page_table();

void cpu_count_init(unsigned in_machine);  // boot hart, once; those past max_cpus do not run
unsigned cpu_count();

// To a listening harness (kernel/abi/guest_calls.h).
inline void announce_audit_table(PhysAddr table) {
    asm volatile("slti x0, %0, 0x706" ::"r"(table.value) : "memory");
}
inline void quiescent() { asm volatile("slti x0, x0, 0x707" ::: "memory"); }

}  // namespace kernel::arch
