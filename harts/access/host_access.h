// Guest accesses on the host: single-copy atomic when aligned, and never undefined behaviour.
#pragma once
#include "harts/base/types.h"

namespace stampede {

// `at` is aligned to `size`, 1, 2, 4 or 8 bytes. Relaxed: what order the guest asked for, its
// fences and the callers give.
inline u64 load_host(const u8* at, unsigned size) {
    switch (size) {
    case 1: return __atomic_load_n(at, __ATOMIC_RELAXED);
    case 2: return __atomic_load_n(reinterpret_cast<const u16*>(at), __ATOMIC_RELAXED);
    case 4: return __atomic_load_n(reinterpret_cast<const u32*>(at), __ATOMIC_RELAXED);
    default: return __atomic_load_n(reinterpret_cast<const u64*>(at), __ATOMIC_RELAXED);
    }
}

inline void store_host(u8* at, unsigned size, u64 value) {
    switch (size) {
    case 1: __atomic_store_n(at, static_cast<u8>(value), __ATOMIC_RELAXED); break;
    case 2:
        __atomic_store_n(reinterpret_cast<u16*>(at), static_cast<u16>(value), __ATOMIC_RELAXED);
        break;
    case 4:
        __atomic_store_n(reinterpret_cast<u32*>(at), static_cast<u32>(value), __ATOMIC_RELAXED);
        break;
    default: __atomic_store_n(reinterpret_cast<u64*>(at), value, __ATOMIC_RELAXED); break;
    }
}

}  // namespace stampede
