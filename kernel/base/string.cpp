// The guest's own memory and string functions; the compiler calls the first four by itself.
#include "kernel/base/string.h"

#include <cstdint>

namespace {

constexpr std::size_t word = sizeof(std::uint64_t);

bool both_aligned(const void* left, const void* right) {
    return (reinterpret_cast<std::uintptr_t>(left) | reinterpret_cast<std::uintptr_t>(right)) %
               word ==
           0;
}

}  // namespace

extern "C" {

[[clang::no_builtin]] void* memcpy(void* to, const void* from, std::size_t bytes) {
    auto* out = static_cast<unsigned char*>(to);
    auto* in = static_cast<const unsigned char*>(from);
    if (both_aligned(to, from)) {
        for (; bytes >= word; bytes -= word, out += word, in += word) {
            *reinterpret_cast<std::uint64_t*>(out) = *reinterpret_cast<const std::uint64_t*>(in);
        }
    }
    for (; bytes; --bytes) {
        *out++ = *in++;
    }
    return to;
}

[[clang::no_builtin]] void* memmove(void* to, const void* from, std::size_t bytes) {
    auto* out = static_cast<unsigned char*>(to);
    auto* in = static_cast<const unsigned char*>(from);
    if (out <= in || out >= in + bytes) {
        return memcpy(to, from, bytes);  // memcpy copies upwards
    }
    while (bytes--) {
        out[bytes] = in[bytes];
    }
    return to;
}

[[clang::no_builtin]] void* memset(void* to, int value, std::size_t bytes) {
    auto* out = static_cast<unsigned char*>(to);
    std::uint64_t pattern = std::uint64_t{0x0101010101010101} * static_cast<unsigned char>(value);
    if (both_aligned(to, nullptr)) {
        for (; bytes >= word; bytes -= word, out += word) {
            *reinterpret_cast<std::uint64_t*>(out) = pattern;
        }
    }
    for (; bytes; --bytes) {
        *out++ = static_cast<unsigned char>(value);
    }
    return to;
}

[[clang::no_builtin]] int memcmp(const void* left, const void* right, std::size_t bytes) {
    auto* a = static_cast<const unsigned char*>(left);
    auto* b = static_cast<const unsigned char*>(right);
    for (; bytes; --bytes, ++a, ++b) {
        if (*a != *b) {
            return *a - *b;
        }
    }
    return 0;
}

[[clang::no_builtin]] std::size_t strlen(const char* text) {
    std::size_t length = 0;
    while (text[length]) {
        ++length;
    }
    return length;
}

int strcmp(const char* left, const char* right) {
    while (*left && *left == *right) {
        ++left, ++right;
    }
    return static_cast<unsigned char>(*left) - static_cast<unsigned char>(*right);
}

int strncmp(const char* left, const char* right, std::size_t limit) {
    for (; limit; --limit, ++left, ++right) {
        if (*left != *right || !*left) {
            return static_cast<unsigned char>(*left) - static_cast<unsigned char>(*right);
        }
    }
    return 0;
}

}  // extern "C"
