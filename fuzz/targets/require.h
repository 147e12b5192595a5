// What must hold whatever the input is: else the process aborts, as libFuzzer expects.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "harts/base/types.h"

namespace stampede::fuzz {

// `shown`: what a person wants to see of it.
inline void require(bool holds, std::string_view what, std::string_view shown) {
    if (!holds) {
        std::fprintf(stderr, "does not hold: %.*s\n%.*s\n", static_cast<int>(what.size()),
                     what.data(), static_cast<int>(shown.size()), shown.data());
        std::abort();
    }
}

inline std::string_view text_of(const u8* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace stampede::fuzz
