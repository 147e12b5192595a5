// What the guest programs and the harness that runs them agree on; freestanding.
#pragma once
#include <cstdint>

namespace races {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

enum class Pattern : u64 {
#define PATTERN(name, ...) name,
#include "harts/tests/races/patterns.inc"
#undef PATTERN
    Count,
};

// Symbol `parameters` of each guest; written before the harts start.
struct Parameters {
    u64 selector;  // a Pattern; of the kernel which lock is broken
    u64 harts;
    u64 rounds;
};

inline constexpr unsigned most_harts = 64;
// Patterns that take a new place each round have so many of them, and stop there.
inline constexpr u64 most_rounds = 256;

}  // namespace races
