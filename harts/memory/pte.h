// A page-table entry of Sv39 (privileged specification, "Sv39: Page-Based 39-bit Virtual-Memory
// System").
#pragma once
#include "harts/base/types.h"

namespace stampede {

struct Pte {
    u64 bits = 0;

    static constexpr u64 v = 1 << 0, r = 1 << 1, w = 1 << 2, x = 1 << 3, u = 1 << 4, g = 1 << 5,
                         a = 1 << 6, d = 1 << 7;
    // Bits 54 to 60 are reserved; 61, 62 (Svpbmt) and 63 (Svnapot) too, for these harts have
    // neither.
    static constexpr u64 reserved = ~u64{0} << 54;

    [[nodiscard]] constexpr bool valid() const {
        return (bits & v) != 0 && (bits & (r | w)) != w && (bits & reserved) == 0;
    }
    [[nodiscard]] constexpr bool leaf() const { return (bits & (r | x)) != 0; }
    [[nodiscard]] constexpr bool has(u64 mask) const { return (bits & mask) == mask; }
    [[nodiscard]] constexpr Ppn ppn() const { return {(bits >> 10) & ((u64{1} << 44) - 1)}; }
};

// satp (privileged specification, "Supervisor Address Translation and Protection").
struct Satp {
    u64 bits = 0;

    static constexpr u64 mode_bare = 0, mode_sv39 = 8;
    [[nodiscard]] constexpr u64 mode() const { return bits >> 60; }
    [[nodiscard]] constexpr bool paging() const { return mode() == mode_sv39; }
    [[nodiscard]] constexpr u16 asid() const { return static_cast<u16>(bits >> 44); }
    [[nodiscard]] constexpr Ppn root() const { return {bits & ((u64{1} << 44) - 1)}; }
};

inline constexpr int sv39_levels = 3;
constexpr u64 sv39_level_size(int level) {
    return page_size << (9 * level);
}  // bytes a leaf at `level` maps
constexpr u64 sv39_index(u64 address, int level) { return (address >> (12 + 9 * level)) & 511; }
constexpr bool sv39_canonical(u64 address) {
    const u64 top = address >> 38;
    return top == 0 || top == (u64{1} << 26) - 1;
}

}  // namespace stampede
