// Formatted output. Understood: %d %u %x with l, %s %c %p %%, and a width with zero filling (%08x).
#pragma once
#include <cstdarg>
#include <cstddef>

namespace user {

inline constexpr int console_in = 0, console_out = 1, console_error = 2;

// Writes at most `capacity` bytes, the NUL included; returns the characters written without it.
[[gnu::format(printf, 3, 0)]] std::size_t format_list(char* to, std::size_t capacity,
                                                      const char* format, va_list arguments);
[[gnu::format(printf, 3, 4)]] std::size_t format(char* to, std::size_t capacity, const char* format,
                                                 ...);

// At most 255 characters, in one write: lines of several processes do not mix.
[[gnu::format(printf, 2, 3)]] void printf(int fd, const char* format, ...);

}  // namespace user
