// What one process must find in its own region, as far as the program alone tells.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "fuzz/program/program.h"

namespace stampede::fuzz {

// Bytes that the program is about: those of loads and stores, and the first of each range that a
// call may write to.
struct WatchedBytes {
    std::vector<u16> offsets;  // all, ascending
    std::vector<u16> checked;  // those that somebody writes, ascending, at most `most_checked`: the
                               // first in the text
    static constexpr u64 most_checked = 32;
};
[[nodiscard]] WatchedBytes watched_bytes(const Program& program);

// Bytes that a call may write, from an address on: fstat's, pipe's, wait's, read's. 0: none.
[[nodiscard]] u64 bytes_written(const Call& call);
// Where `address` lies counted from the region's begin, negative for the stack; nothing for
// addresses beyond either.
[[nodiscard]] std::optional<i64> region_place(Address address);

// A process's memory: a child begins with a copy of its parent's, and nobody else ever changes it.
class View {
public:
    // Initial contents. `offsets`, ascending, must outlive this.
    explicit View(std::span<const u16> offsets);

    // Nothing: not known. `offset` must be among the offsets.
    [[nodiscard]] std::optional<u8> at(u16 offset) const;
    void store(u16 offset, u8 byte);
    // The call may have written to some of the bytes from `address` on.
    void may_write(Address address, u64 bytes);
    void heap_may_grow() { heap_ = Heap::MayHaveGrown; }

    // Nothing is mapped at the first or at the last of `bytes` bytes, at least one, or they may not
    // be accessed so. False where that is not certain.
    [[nodiscard]] bool certainly_bad(Address address, u64 bytes, Access access) const;

private:
    [[nodiscard]] u64 index_of(u16 offset) const;

    enum class Heap : u8 { AtBeginning, MayHaveGrown };
    static constexpr i16 unknown = -1;
    std::span<const u16> offsets_;
    std::vector<i16> bytes_;
    Heap heap_ = Heap::AtBeginning;
};

}  // namespace stampede::fuzz
