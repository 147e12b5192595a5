#include "kernel/user/lib/string.h"

// Loops that the compiler must not turn back into calls of the functions they implement.
#define NO_BUILTIN __attribute__((no_builtin))

namespace {

constexpr std::size_t word = sizeof(std::uint64_t);

bool both_aligned(const void* one, const void* other) {
    return ((reinterpret_cast<std::uintptr_t>(one) | reinterpret_cast<std::uintptr_t>(other)) %
            word) == 0;
}

}  // namespace

extern "C" NO_BUILTIN void* memset(void* to, int value, std::size_t bytes) {
    auto* byte = static_cast<std::uint8_t*>(to);
    const auto filler = static_cast<std::uint8_t>(value);
    while (bytes > 0 && reinterpret_cast<std::uintptr_t>(byte) % word != 0) {
        *byte++ = filler;
        --bytes;
    }
    const std::uint64_t pattern = filler * std::uint64_t{0x0101010101010101};
    for (; bytes >= word; bytes -= word, byte += word) {
        *reinterpret_cast<std::uint64_t*>(byte) = pattern;
    }
    while (bytes-- > 0) {
        *byte++ = filler;
    }
    return to;
}

extern "C" NO_BUILTIN void* memcpy(void* to, const void* from, std::size_t bytes) {
    auto* target = static_cast<std::uint8_t*>(to);
    const auto* source = static_cast<const std::uint8_t*>(from);
    if (both_aligned(target, source)) {
        for (; bytes >= word; bytes -= word, target += word, source += word) {
            *reinterpret_cast<std::uint64_t*>(target) =
                *reinterpret_cast<const std::uint64_t*>(source);
        }
    }
    while (bytes-- > 0) {
        *target++ = *source++;
    }
    return to;
}

extern "C" NO_BUILTIN void* memmove(void* to, const void* from, std::size_t bytes) {
    auto* target = static_cast<std::uint8_t*>(to);
    const auto* source = static_cast<const std::uint8_t*>(from);
    if (target <= source || target >= source + bytes) {
        return memcpy(to, from, bytes);
    }
    while (bytes > 0) {
        --bytes;
        target[bytes] = source[bytes];
    }
    return to;
}

extern "C" NO_BUILTIN int memcmp(const void* left, const void* right, std::size_t bytes) {
    const auto* one = static_cast<const std::uint8_t*>(left);
    const auto* other = static_cast<const std::uint8_t*>(right);
    if (both_aligned(one, other)) {
        while (bytes >= word && *reinterpret_cast<const std::uint64_t*>(one) ==
                                    *reinterpret_cast<const std::uint64_t*>(other)) {
            one += word;
            other += word;
            bytes -= word;
        }
    }
    for (; bytes > 0; --bytes, ++one, ++other) {
        if (*one != *other) {
            return *one < *other ? -1 : 1;
        }
    }
    return 0;
}

namespace user {

NO_BUILTIN std::size_t length(const char* text) {
    std::size_t count = 0;
    while (text[count] != '\0') {
        ++count;
    }
    return count;
}

bool equal(const char* left, const char* right) {
    while (*left != '\0' && *left == *right) {
        ++left;
        ++right;
    }
    return *left == *right;
}

const char* after(const char* text, const char* prefix) {
    while (*prefix != '\0') {
        if (*text++ != *prefix++) {
            return nullptr;
        }
    }
    return text;
}

const char* find(const char* text, char wanted) {
    for (; *text != '\0'; ++text) {
        if (*text == wanted) {
            return text;
        }
    }
    return nullptr;
}

std::uint64_t parse_number(const char* text, std::uint64_t otherwise) {
    if (*text == '\0') {
        return otherwise;
    }
    std::uint64_t value = 0;
    for (; *text != '\0'; ++text) {
        if (*text < '0' || *text > '9') {
            return otherwise;
        }
        value = value * 10 + static_cast<std::uint64_t>(*text - '0');
    }
    return value;
}

}  // namespace user
