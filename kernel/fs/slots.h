// A fixed number of objects of one type, claimed and given back by any CPU without a lock. An
// object is made when it is claimed and destroyed when it is given back, so that the table itself
// is zeroed memory.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "kernel/arch/arch.h"

namespace kernel {

template <class T, std::size_t capacity>
class Slots {
public:
    // A new object, or null when all are taken. CPUs begin to look in different places; with 1024
    // slots these are lines of their own.
    T* claim() {
        const std::size_t start = arch::cpu_id() * (capacity / arch::max_cpus);
        for (std::size_t i = 0; i < capacity; ++i) {
            const std::size_t index = (start + i) % capacity;
            // Acquire: what the last owner did to the object happened before. Release is
            // give_back()'s.
            if (taken_[index].exchange(1, std::memory_order_acquire) == 0) {
                return new (at(index)) T();
            }
        }
        return nullptr;
    }

    void give_back(T& object) {
        const std::size_t index = index_of(object);
        object.~T();
        taken_[index].store(0, std::memory_order_release);
    }

    std::size_t index_of(const T& object) const {
        return static_cast<std::size_t>(reinterpret_cast<const std::byte*>(&object) - storage_) /
               sizeof(T);
    }
    // The object in a slot that is known to be taken.
    T& operator[](std::size_t index) { return *std::launder(reinterpret_cast<T*>(at(index))); }

private:
    void* at(std::size_t index) { return storage_ + index * sizeof(T); }

    // 0 or 1; a word, because AMOs have words
    alignas(64) std::atomic<std::uint32_t> taken_[capacity]{};
    alignas(64) alignas(T) std::byte storage_[capacity * sizeof(T)]{};
};

}  // namespace kernel
