// Words of a text, divided by spaces.
#pragma once
#include <span>

namespace kernel {

// The next word from `at` on, which then points behind it; empty when there is none.
inline std::span<const char> next_word(const char*& at) {
    while (*at == ' ') {
        ++at;
    }
    const char* begin = at;
    while (*at && *at != ' ') {
        ++at;
    }
    return {begin, at};
}

}  // namespace kernel
