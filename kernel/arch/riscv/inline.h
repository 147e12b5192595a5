// The parts of arch.h that are one instruction or two.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernel/arch/riscv/csr.h"
#include "kernel/arch/riscv/layout.h"

namespace kernel::arch {

// tp holds the CPU's number while the kernel runs.
inline unsigned cpu_id() {
    std::uint64_t id;
    asm volatile("mv %0, tp" : "=r"(id));
    return static_cast<unsigned>(id);
}

inline void interrupts_on() { asm volatile("csrsi sstatus, 2" ::: "memory"); }
inline void interrupts_off() { asm volatile("csrci sstatus, 2" ::: "memory"); }
inline bool take_interrupts_off() {
    std::uint64_t before;
    asm volatile("csrrci %0, sstatus, 2" : "=r"(before)::"memory");
    return before & sstatus_sie;
}

inline void spin_pause() { asm volatile(".word 0x0100000f"); }  // pause (Zihintpause)

// The announcement (GuestCall::relaxed_next) must stand right before the access, so both are one
// piece of assembly.
template <class T>
inline T relaxed_load(const T* address) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8);
    T value;
    if constexpr (sizeof(T) == 4) {
        asm volatile("slti x0, x0, 0x705\n\tlw %0, %1" : "=r"(value) : "m"(*address));
    }
    if constexpr (sizeof(T) == 8) {
        asm volatile("slti x0, x0, 0x705\n\tld %0, %1" : "=r"(value) : "m"(*address));
    }
    return value;
}
template <class T>
inline void relaxed_store(T* address, T value) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8);
    if constexpr (sizeof(T) == 4) {
        asm volatile("slti x0, x0, 0x705\n\tsw %1, %0" : "=m"(*address) : "r"(value));
    }
    if constexpr (sizeof(T) == 8) {
        asm volatile("slti x0, x0, 0x705\n\tsd %1, %0" : "=m"(*address) : "r"(value));
    }
}

inline std::uint64_t load_reserved(const std::uint64_t* address) {
    std::uint64_t value;
    asm volatile("lr.d.aq %0, %1" : "=r"(value) : "A"(*address) : "memory");
    return value;
}
inline bool store_conditional(std::uint64_t* address, std::uint64_t value) {
    std::uint64_t failed;
    asm volatile("sc.d.aqrl %0, %2, %1" : "=&r"(failed), "+A"(*address) : "r"(value) : "memory");
    return failed == 0;
}

inline void tell_frame_allocated(PhysAddr frame) {
    asm volatile("slti x0, %0, 0x708" ::"r"(frame.value) : "memory");
}
inline void tell_frame_freed(PhysAddr frame) {
    asm volatile("slti x0, %0, 0x709" ::"r"(frame.value) : "memory");
}

inline void flush_page(VirtAddr address, std::uint16_t asid) {
    asm volatile("sfence.vma %0, %1" ::"r"(address.value), "r"(static_cast<std::uint64_t>(asid))
                 : "memory");
}
inline void flush_space(std::uint16_t asid) {
    asm volatile("sfence.vma x0, %0" ::"r"(static_cast<std::uint64_t>(asid)) : "memory");
}
inline void flush_all_spaces() { asm volatile("sfence.vma x0, x0" ::: "memory"); }

inline void use_page_table(PhysAddr root, std::uint16_t asid) {
    write_csr<Csr::satp>(satp_sv39 | static_cast<std::uint64_t>(asid) << satp_asid_shift |
                         root.value >> 12);
}

inline std::byte* direct_map(PhysAddr address) {
    return reinterpret_cast<std::byte*>(address.value + direct_map_base);
}
inline PhysAddr physical(const void* direct_mapped) {
    return {reinterpret_cast<std::uint64_t>(direct_mapped) - direct_map_base};
}

inline void instruction_fence() { asm volatile("fence.i" ::: "memory"); }

}  // namespace kernel::arch
