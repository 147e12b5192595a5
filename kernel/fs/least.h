// The freestanding library has no <algorithm>.
#pragma once
#include <cstdint>

namespace kernel {

constexpr std::uint64_t least(std::uint64_t first, std::uint64_t second) {
    return first < second ? first : second;
}
constexpr std::uint64_t most(std::uint64_t first, std::uint64_t second) {
    return first < second ? second : first;
}

}  // namespace kernel
