// Where the machine's devices stand: QEMU's `virt` board, so that kernels written for it run here.
#pragma once
#include "harts/base/types.h"

namespace stampede {

struct AddressRange {
    PhysAddr base;
    u64 size;  // bytes
};

namespace virt_map {
inline constexpr AddressRange finisher{{0x10'0000}, 0x1000};
inline constexpr AddressRange clint{{0x200'0000}, 0x1'0000};
inline constexpr AddressRange plic{{0xc00'0000}, 0x60'0000};
inline constexpr AddressRange uart{{0x1000'0000}, 0x100};
inline constexpr u32 uart_interrupt = 10;  // its source at the PLIC
}  // namespace virt_map

}  // namespace stampede
