#include <cstdarg>
#include <cstdint>

#include "kernel/base/format.h"
#include "kernel/base/print.h"

namespace kernel {

namespace {

class Output {
public:
    Output(char* buffer, std::size_t capacity) : buffer_(buffer), capacity_(capacity) {}
    void put(char c) {
        if (used_ + 1 < capacity_) {
            buffer_[used_++] = c;
        }
    }
    std::size_t finish() {
        if (capacity_) {
            buffer_[used_] = 0;
        }
        return used_;
    }

private:
    char* buffer_;
    std::size_t capacity_;
    std::size_t used_ = 0;
};

struct Conversion {
    unsigned width = 0;
    char fill = ' ';
    bool is_long = false;
};

void put_number(Output& out, std::uint64_t value, unsigned base, const Conversion& how,
                bool negative) {
    char digits[24];
    unsigned count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (negative && how.fill == '0') {
        out.put('-');
    }
    for (unsigned i = count + (negative ? 1 : 0); i < how.width; ++i) {
        out.put(how.fill);
    }
    if (negative && how.fill != '0') {
        out.put('-');
    }
    while (count) {
        out.put(digits[--count]);
    }
}

void put_string(Output& out, const char* text, const Conversion& how) {
    if (!text) {
        text = "(null)";
    }
    unsigned length = 0;
    for (; text[length]; ++length) {
        out.put(text[length]);
    }
    // as %-Ns: the only alignment the kernel prints
    for (; length < how.width; ++length) {
        out.put(' ');
    }
}

}  // namespace

std::size_t format_arguments(char* buffer, std::size_t capacity, const char* format,
                             std::va_list arguments) {
    Output out(buffer, capacity);
    for (const char* at = format; *at; ++at) {
        if (*at != '%') {
            out.put(*at);
            continue;
        }
        Conversion how;
        ++at;
        if (*at == '-') {
            ++at;
        }
        if (*at == '0') {
            how.fill = '0', ++at;
        }
        for (; *at >= '0' && *at <= '9'; ++at) {
            how.width = how.width * 10 + static_cast<unsigned>(*at - '0');
        }
        for (; *at == 'l' || *at == 'z'; ++at) {
            how.is_long = true;
        }
        switch (*at) {
        case 'd': {
            std::int64_t value = how.is_long ? va_arg(arguments, long) : va_arg(arguments, int);
            auto magnitude = static_cast<std::uint64_t>(value);
            put_number(out, value < 0 ? -magnitude : magnitude, 10, how, value < 0);
            break;
        }
        case 'u':
        case 'x': {
            std::uint64_t value =
                how.is_long ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned);
            put_number(out, value, *at == 'u' ? 10 : 16, how, false);
            break;
        }
        case 'p':
            out.put('0');
            out.put('x');
            how.fill = '0';
            how.width = 16;
            put_number(out, reinterpret_cast<std::uint64_t>(va_arg(arguments, void*)), 16, how,
                       false);
            break;
        case 'c': out.put(static_cast<char>(va_arg(arguments, int))); break;
        case 's': put_string(out, va_arg(arguments, const char*), how); break;
        case '%': out.put('%'); break;
        case 0: return out.finish();
        default: out.put('%'); out.put(*at);
        }
    }
    return out.finish();
}

std::size_t format_to(char* buffer, std::size_t capacity, const char* format, ...) {
    std::va_list arguments;
    va_start(arguments, format);
    std::size_t used = format_arguments(buffer, capacity, format, arguments);
    va_end(arguments);
    return used;
}

}  // namespace kernel
