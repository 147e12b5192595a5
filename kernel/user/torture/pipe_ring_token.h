// What goes round in pipe_ring, and the region that it is read into.
#pragma once
#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/random.h"

namespace user {

inline constexpr std::uint64_t region_pages = 4, region_size = region_pages * page_size;
// Its members share it copy-on-write. Outside of tokens it holds a background.
extern std::uint8_t region[region_size];

struct Token {
    std::uint64_t seed;
    std::uint32_t bytes;      // behind this header
    std::uint32_t hops_left;  // 0: it has no bytes any more and only goes home
};

// The token's bytes, which follow from its seed and the hop, at a place of the region; check()
// fails through fail().
void fill(std::uint64_t place, const Token& token);
void check(std::uint64_t place, const Token& token);
// A place for so many bytes; half of them end a page or begin one.
std::uint64_t place_for(std::uint64_t bytes, Random& random);

void paint_background(std::uint64_t begin, std::uint64_t end);
void check_background(std::uint64_t begin, std::uint64_t end);
// A little before and behind [begin, end).
void check_background_around(std::uint64_t begin, std::uint64_t end);

}  // namespace user
