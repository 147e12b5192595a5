// Where things lie: QEMU's `virt` machine, and the kernel's half of every address space. Also read
// by assembly.
#pragma once

#ifdef __ASSEMBLER__
#define LAYOUT_CONSTANT(name, value) .set name, value
#else
#include <cstdint>
#define LAYOUT_CONSTANT(name, value) inline constexpr std::uint64_t name = value
namespace kernel::arch {
#endif

// the first address of Sv39's upper half: physical address 0
LAYOUT_CONSTANT(direct_map_base, 0xffffffc000000000);
LAYOUT_CONSTANT(ram_base, 0x80000000);

LAYOUT_CONSTANT(finisher_base, 0x100000);
LAYOUT_CONSTANT(clint_base, 0x2000000);  // msip of hart h at + 4 h
LAYOUT_CONSTANT(plic_base, 0xc000000);
LAYOUT_CONSTANT(uart_base, 0x10000000);
LAYOUT_CONSTANT(uart_irq, 10);

LAYOUT_CONSTANT(boot_stack_size, 4096);  // of each hart: boot, then scheduling and idling
LAYOUT_CONSTANT(timebase, 10000000);     // ticks of the time CSR a second

#ifndef __ASSEMBLER__
}  // namespace kernel::arch
#endif
#undef LAYOUT_CONSTANT
