// The host's arch.h: threads as CPUs. There are no interrupts, and memory is one mapping (host.h).
#pragma once

namespace kernel::arch {

template <class T>
inline T relaxed_load(const T* address) {
    return __atomic_load_n(address, __ATOMIC_RELAXED);
}
template <class T>
inline void relaxed_store(T* address, T value) {
    __atomic_store_n(address, value, __ATOMIC_RELAXED);
}

inline void tell_frame_allocated(PhysAddr) {}
inline void tell_frame_freed(PhysAddr) {}

}  // namespace kernel::arch
