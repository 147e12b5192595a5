// Sv39 page-table entries (RISC-V privileged specification, "Sv39: Page-Based 39-bit Virtual-Memory
// System").
#pragma once
#include <cstdint>

#include "kernel/base/address.h"

namespace kernel {

struct Pte {
    static constexpr std::uint64_t valid = 1 << 0, read = 1 << 1, write = 1 << 2, execute = 1 << 3,
                                   user = 1 << 4, global = 1 << 5, accessed = 1 << 6,
                                   dirty = 1 << 7;
    // The copy-on-write marker, an RSW bit: the page was writable and is shared. invariant: never
    // together with `write`.
    static constexpr unsigned marker_bit = 8;
    static constexpr std::uint64_t marker = 1 << marker_bit;
    static constexpr std::uint64_t flags = (1 << 10) - 1;

    std::uint64_t bits = 0;

    // A and D are set from the start: no hart needs to write our entries, and none of them ever
    // changes under us.
    static constexpr Pte leaf(PhysAddr frame, std::uint64_t permissions) {
        return {frame.value >> 12 << 10 | permissions | valid | accessed | dirty};
    }
    static constexpr Pte table(PhysAddr frame) { return {frame.value >> 12 << 10 | valid}; }

    constexpr bool has(std::uint64_t wanted) const { return (bits & wanted) == wanted; }
    constexpr bool is_user_leaf() const {
        return has(valid | user) && (bits & (read | write | execute));
    }
    constexpr PhysAddr frame() const { return {bits >> 10 << 12 & ((std::uint64_t{1} << 56) - 1)}; }

    constexpr Pte with(std::uint64_t more) const { return {bits | more}; }
    constexpr Pte without(std::uint64_t less) const { return {bits & ~less}; }
    // As fork leaves it in parent and child: what could be written is marked instead.
    constexpr Pte shared() const { return has(write) ? without(write).with(marker) : *this; }
    // For a frame that is shared with nobody: what was marked can be written.
    constexpr Pte unshared() const { return has(marker) ? without(marker).with(write) : *this; }
    // The same permissions on another frame.
    constexpr Pte moved_to(PhysAddr frame) const {
        return {frame.value >> 12 << 10 | (bits & flags)};
    }
};
static_assert(sizeof(Pte) == 8);

}  // namespace kernel
