// The devices of QEMU's `virt` machine that the kernel drives.
#pragma once
#include <cstdint>

#include "kernel/arch/arch.h"

namespace kernel::arch {

// A device register. Aligned; one access each.
template <class T>
inline volatile T& device(std::uint64_t address) {
    return *reinterpret_cast<volatile T*>(direct_map({address}));
}

void uart_init();               // input interrupts on
bool uart_receive(char& byte);  // false: nothing is waiting

void plic_init();            // the UART's interrupt goes to hart 0. Hart 0, once
std::uint32_t plic_claim();  // the calling hart's pending source, 0: none
void plic_complete(std::uint32_t source);

}  // namespace kernel::arch
