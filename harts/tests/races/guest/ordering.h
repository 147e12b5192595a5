// Accesses of which each instruction counts: relaxed ones, which order nothing, and fences of one
// kind.
#pragma once
#include "harts/tests/races/parameters.h"

namespace races {

inline void compiler_barrier() { asm volatile("" ::: "memory"); }

// Relaxed atomics, announced as such (GuestCall::relaxed_next, kernel/abi/guest_calls.h): as
// instructions they are plain.
inline u32 relaxed_load(const u32& from) {
    u32 value;
    asm volatile("slti x0, x0, 0x705\n lw %0, %1" : "=r"(value) : "A"(from) : "memory");
    return value;
}
inline u64 relaxed_load(const u64& from) {
    u64 value;
    asm volatile("slti x0, x0, 0x705\n ld %0, %1" : "=r"(value) : "A"(from) : "memory");
    return value;
}
inline void relaxed_store(u32& to, u32 value) {
    asm volatile("slti x0, x0, 0x705\n sw %1, %0" : "=A"(to) : "r"(value) : "memory");
}
inline void relaxed_store(u64& to, u64 value) {
    asm volatile("slti x0, x0, 0x705\n sd %1, %0" : "=A"(to) : "r"(value) : "memory");
}
inline u32 relaxed_swap(u32& at, u32 value) {
    u32 old;
    asm volatile("amoswap.w %0, %2, %1" : "=r"(old), "+A"(at) : "r"(value) : "memory");
    return old;
}
inline u64 relaxed_add(u64& to, u64 addend) {
    u64 old;
    asm volatile("amoadd.d %0, %2, %1" : "=r"(old), "+A"(to) : "r"(addend) : "memory");
    return old;
}

// Plain accesses that the compiler leaves alone.
template <class T>
T plain_load(const T& from) {
    return *const_cast<const volatile T*>(&from);
}
template <class T>
void plain_store(T& to, T value) {
    *const_cast<volatile T*>(&to) = value;
}

inline void release_fence() { asm volatile("fence rw, w" ::: "memory"); }
inline void acquire_fence() { asm volatile("fence r, rw" ::: "memory"); }
inline void full_fence() { asm volatile("fence rw, rw" ::: "memory"); }
inline void tso_fence() { asm volatile("fence.tso" ::: "memory"); }
inline void read_fence() { asm volatile("fence r, r" ::: "memory"); }
inline void write_fence() { asm volatile("fence w, w" ::: "memory"); }
inline void device_fence() { asm volatile("fence iorw, iorw" ::: "memory"); }

}  // namespace races
