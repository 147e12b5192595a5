// Virtual and physical addresses are different types; frames and pages are 4 KiB.
#pragma once
#include <compare>
#include <cstdint>

#include "kernel/abi/system_calls.h"

namespace kernel {

inline constexpr std::uint64_t page_size = stampede::abi::page_size;
// first address past the user half
inline constexpr std::uint64_t user_end = stampede::abi::user_max_va;

template <class Tag>
struct Address {
    std::uint64_t value = 0;

    constexpr auto operator<=>(const Address&) const = default;
    constexpr Address operator+(std::uint64_t bytes) const { return {value + bytes}; }
    constexpr Address operator-(std::uint64_t bytes) const { return {value - bytes}; }
    constexpr std::uint64_t operator-(Address other) const { return value - other.value; }
    constexpr Address& operator+=(std::uint64_t bytes) {
        value += bytes;
        return *this;
    }

    constexpr std::uint64_t page_offset() const { return value % page_size; }
    constexpr Address page_down() const { return {value - page_offset()}; }
    constexpr Address page_up() const { return {(value + page_size - 1) / page_size * page_size}; }
};

using VirtAddr = Address<struct VirtualTag>;
using PhysAddr = Address<struct PhysicalTag>;

}  // namespace kernel
