#include "kernel/user/torture/pipe_ring_token.h"

#include "kernel/user/lib/program.h"

namespace user {
namespace {

std::uint8_t background(std::uint64_t place) {
    return static_cast<std::uint8_t>(place * 31 + (place >> 8));
}

Random bytes_of(const Token& token) {
    return Random(token.seed + token.hops_left * 0x9e3779b97f4a7c15);
}

}  // namespace

alignas(page_size) std::uint8_t region[region_size];

void paint_background(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t place = begin; place < end; ++place) {
        region[place] = background(place);
    }
}

void check_background(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t place = begin; place < end; ++place) {
        if (region[place] != background(place)) {
            fail("bytes beside a token have changed", "byte %lu is 0x%x, not 0x%x", place,
                 region[place], background(place));
        }
    }
}

void check_background_around(std::uint64_t begin, std::uint64_t end) {
    constexpr std::uint64_t near = 64;
    check_background(begin < near ? 0 : begin - near, begin);
    check_background(end, end + near > region_size ? region_size : end + near);
}

void fill(std::uint64_t place, const Token& token) {
    Random bytes = bytes_of(token);
    for (std::uint64_t i = 0; i < token.bytes; ++i) {
        region[place + i] = static_cast<std::uint8_t>(bytes.next());
    }
}

void check(std::uint64_t place, const Token& token) {
    Random bytes = bytes_of(token);
    for (std::uint64_t i = 0; i < token.bytes; ++i) {
        const auto wanted = static_cast<std::uint8_t>(bytes.next());
        if (region[place + i] != wanted) {
            fail("a token arrived with other bytes", "byte %lu of %u is 0x%x, not 0x%x", i,
                 token.bytes, region[place + i], wanted);
        }
    }
}

std::uint64_t place_for(std::uint64_t bytes, Random& random) {
    const std::uint64_t last = region_size - bytes;
    if (random.next() % 2 == 0) {
        return random.below(last + 1);
    }
    const std::uint64_t place = random.below(region_pages) * page_size +
                                (random.next() % 2 == 0 ? 0 : page_size - random.below(16));
    return place < last ? place : last;
}

}  // namespace user
