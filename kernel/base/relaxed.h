// The one wrapper for accesses that are unordered on purpose: plain loads and stores that race by
// design, single-copy atomic. Each is announced to a listening harness (GuestCall::relaxed_next),
// so a race detector knows it for an atomic.
#pragma once
#include <concepts>
#include <type_traits>

#include "kernel/arch/arch.h"

namespace kernel {

template <class T>
    requires((sizeof(T) == 4 || sizeof(T) == 8) && std::is_trivially_copyable_v<T>)
class Relaxed {
public:
    constexpr Relaxed() = default;
    constexpr explicit Relaxed(T value) : value_(value) {}

    T load() const { return arch::relaxed_load(&value_); }
    void store(T value) { arch::relaxed_store(&value_, value); }
    // A read-modify-write needs no announcement: it is an atomic instruction. Returns the value
    // before.
    T add(T value)
        requires std::integral<T>
    {
        return __atomic_fetch_add(&value_, value, __ATOMIC_RELAXED);
    }
    // The same for bits, sequentially consistent: for algorithms that need a full fence there.
    T fetch_or_ordered(T bits)
        requires std::integral<T>
    {
        return __atomic_fetch_or(&value_, bits, __ATOMIC_SEQ_CST);
    }
    T fetch_and_ordered(T bits)
        requires std::integral<T>
    {
        return __atomic_fetch_and(&value_, bits, __ATOMIC_SEQ_CST);
    }

private:
    alignas(sizeof(T)) T value_{};
};

}  // namespace kernel
