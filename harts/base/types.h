// Integers by width, and same-width values of different meaning as different types.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>

namespace stampede {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

inline constexpr u64 page_size = 4096;  // bytes, Sv39's base page
inline constexpr u64 page_offset_mask = page_size - 1;
inline constexpr unsigned max_harts = 64;

// A guest virtual address.
struct VirtAddr {
    u64 value = 0;
    friend constexpr auto operator<=>(VirtAddr, VirtAddr) = default;
    [[nodiscard]] constexpr u64 offset() const { return value & page_offset_mask; }
    [[nodiscard]] constexpr VirtAddr page() const { return {value & ~page_offset_mask}; }
};

// A guest physical address (56 bits in Sv39).
struct PhysAddr {
    u64 value = 0;
    friend constexpr auto operator<=>(PhysAddr, PhysAddr) = default;
    [[nodiscard]] constexpr u64 offset() const { return value & page_offset_mask; }
    [[nodiscard]] constexpr PhysAddr page() const { return {value & ~page_offset_mask}; }
    friend constexpr PhysAddr operator+(PhysAddr a, u64 bytes) { return {a.value + bytes}; }
};

// A physical page number.
struct Ppn {
    u64 value = 0;
    friend constexpr auto operator<=>(Ppn, Ppn) = default;
    [[nodiscard]] constexpr PhysAddr address() const { return {value * page_size}; }
};

// mhartid: 0 to max_harts - 1.
struct HartId {
    u32 value = 0;
    friend constexpr auto operator<=>(HartId, HartId) = default;
};

// What an access wants to do; the page-fault and access-fault causes follow from it.
enum class Access : u8 { Read, Write, Execute };

// Privileged specification, table 1.1; the encoding is mstatus.MPP's.
enum class Privilege : u8 { User = 0, Supervisor = 1, Machine = 3 };

}  // namespace stampede
