// The kernel's own console output and its end. Any CPU, any context; one call's text is not
// interleaved with another's.
#pragma once
#include <cstddef>

namespace kernel {

// %d %u %x %c %s %p %%, with l, zero padding and width. At most 256 bytes a call; the rest is cut
// off.
[[gnu::format(printf, 1, 2)]] void print(const char* format, ...);

// The same into `buffer`, always NUL-terminated. Returns the bytes written without the NUL.
[[gnu::format(printf, 3, 4)]] std::size_t format_to(char* buffer, std::size_t capacity,
                                                    const char* format, ...);

// Writes `bytes` bytes to the console as one piece (a user's write()).
void console_write(const char* text, std::size_t bytes);

// Prints `panic: …`, hart, pc and a backtrace, and ends the machine with failing status 1. Never
// blocks on a lock.
[[noreturn, gnu::format(printf, 1, 2)]] void panic(const char* format, ...);

}  // namespace kernel

// For what cannot happen: a panic that says where. Never for what a user supplied.
#define KERNEL_ASSERT(condition) \
    ((condition)                 \
         ? (void)0               \
         : ::kernel::panic("%s:%d: assertion failed: %s", __FILE_NAME__, __LINE__, #condition))
