// Control and status registers of S-mode (RISC-V privileged specification), by name.
#pragma once
#include <cstdint>

namespace kernel::arch {

enum class Csr : unsigned {
    sstatus = 0x100,
    sie = 0x104,
    stvec = 0x105,
    sscratch = 0x140,
    sepc = 0x141,
    scause = 0x142,
    stval = 0x143,
    sip = 0x144,
    stimecmp = 0x14d,
    satp = 0x180,
    time = 0xc01,
};

inline constexpr std::uint64_t sstatus_sie = 1 << 1, sstatus_spie = 1 << 5, sstatus_spp = 1 << 8;
// Bits of sie and sip.
inline constexpr std::uint64_t interrupt_software = 1 << 1, interrupt_timer = 1 << 5,
                               interrupt_external = 1 << 9;
inline constexpr std::uint64_t satp_sv39 = std::uint64_t{8} << 60;
inline constexpr unsigned satp_asid_shift = 44;

template <Csr csr>
inline std::uint64_t read_csr() {
    std::uint64_t value;
    asm volatile("csrr %0, %1" : "=r"(value) : "i"(static_cast<unsigned>(csr)) : "memory");
    return value;
}
template <Csr csr>
inline void write_csr(std::uint64_t value) {
    asm volatile("csrw %0, %1" ::"i"(static_cast<unsigned>(csr)), "r"(value) : "memory");
}
template <Csr csr>
inline void set_csr(std::uint64_t bits) {
    asm volatile("csrs %0, %1" ::"i"(static_cast<unsigned>(csr)), "r"(bits) : "memory");
}
template <Csr csr>
inline void clear_csr(std::uint64_t bits) {
    asm volatile("csrc %0, %1" ::"i"(static_cast<unsigned>(csr)), "r"(bits) : "memory");
}

}  // namespace kernel::arch
