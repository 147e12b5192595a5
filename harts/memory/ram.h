// The machine's physical memory: one mapping on the host. Guest accesses are single-copy atomic
// when aligned (relaxed atomics) and never undefined behaviour on the host.
#pragma once
#include <span>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

inline constexpr PhysAddr ram_base{0x8000'0000};  // QEMU virt

class Ram {
public:
    // `size` bytes, a multiple of 2 MiB; zero until written, huge pages where the host gives them.
    // Error: the host has not that much address space or memory.
    [[nodiscard]] static Result<Ram> create(u64 size);
    Ram(Ram&& other) noexcept;
    Ram& operator=(Ram&&) = delete;
    ~Ram();

    [[nodiscard]] u64 size() const { return size_; }
    [[nodiscard]] bool contains(PhysAddr address, u64 bytes) const {
        const u64 offset = address.value - ram_base.value;
        return offset < size_ && bytes <= size_ - offset;
    }
    // Host address of a guest address that contains() holds for.
    [[nodiscard]] u8* host(PhysAddr address) const {
        return data_ + (address.value - ram_base.value);
    }
    // The guest address of a host address in RAM.
    [[nodiscard]] PhysAddr address_of(const u8* host) const {
        return ram_base + static_cast<u64>(host - data_);
    }
    [[nodiscard]] u64 page_index(PhysAddr address) const {
        return (address.value - ram_base.value) / page_size;
    }
    [[nodiscard]] u64 pages() const { return size_ / page_size; }

    // The harness's own copies: byte-wise relaxed atomics with no libc call in them, so that no
    // sanitizer takes them for guest accesses. The range must be contained. Any thread.
    void copy_in(PhysAddr to, std::span<const u8> bytes);
    void copy_out(PhysAddr from, std::span<u8> bytes) const;
    [[nodiscard]] u64 load_u64(PhysAddr address) const {  // aligned
        return __atomic_load_n(reinterpret_cast<const u64*>(host(address)), __ATOMIC_RELAXED);
    }
    // For corrupting and debugging; harts parked. Aligned.
    void store_u64(PhysAddr address, u64 value) {
        __atomic_store_n(reinterpret_cast<u64*>(host(address)), value, __ATOMIC_RELAXED);
    }

private:
    Ram(u8* data, u64 size) : data_(data), size_(size) {}
    u8* data_;
    u64 size_;
};

}  // namespace stampede
