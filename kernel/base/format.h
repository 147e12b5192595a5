// printf's formatting, as far as the kernel needs it (print.h lists the conversions).
#pragma once
#include <cstdarg>
#include <cstddef>

namespace kernel {

// At most `capacity` bytes, always NUL-terminated. Returns the bytes written without the NUL.
std::size_t format_arguments(char* buffer, std::size_t capacity, const char* format,
                             std::va_list arguments);

}  // namespace kernel
