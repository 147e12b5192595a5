#include "kernel/user/lib/print.h"

#include "kernel/user/lib/system_calls.h"

namespace user {
namespace {

constexpr std::size_t line_capacity = 256;

class Text {
public:
    Text(char* to, std::size_t capacity) : to_(to), capacity_(capacity) {}

    void put(char c) {
        if (size_ + 1 < capacity_) {
            to_[size_++] = c;
        }
    }
    void put(const char* text) {
        for (text = text != nullptr ? text : "(null)"; *text != '\0'; ++text) {
            put(*text);
        }
    }
    void put_number(std::uint64_t value, unsigned base, int width, char filler) {
        char digits[64];
        int count = 0;
        do {
            digits[count++] = "0123456789abcdef"[value % base];
            value /= base;
        } while (value != 0);
        for (int i = count; i < width; ++i) {
            put(filler);
        }
        while (count > 0) {
            put(digits[--count]);
        }
    }
    std::size_t finish() {
        to_[size_] = '\0';
        return size_;
    }

private:
    char* to_;
    std::size_t capacity_;
    std::size_t size_ = 0;
};

struct Directive {
    bool is_long = false;
    int width = 0;
    char filler = ' ';
    char conversion = '\0';
};

Directive parse_directive(const char*& at) {
    Directive directive;
    if (*at == '0') {
        directive.filler = '0';
    }
    for (; *at >= '0' && *at <= '9'; ++at) {
        directive.width = directive.width * 10 + (*at - '0');
    }
    for (; *at == 'l'; ++at) {
        directive.is_long = true;
    }
    directive.conversion = *at;
    return directive;
}

}  // namespace

std::size_t format_list(char* to, std::size_t capacity, const char* format, va_list arguments) {
    Text text(to, capacity);
    for (const char* at = format; *at != '\0'; ++at) {
        if (*at != '%') {
            text.put(*at);
            continue;
        }
        ++at;
        const Directive d = parse_directive(at);
        switch (d.conversion) {
        case 'd': {
            const std::int64_t value = d.is_long ? va_arg(arguments, long) : va_arg(arguments, int);
            if (value < 0) {
                text.put('-');
            }
            const auto bits = static_cast<std::uint64_t>(value);
            text.put_number(value < 0 ? ~bits + 1 : bits, 10, d.width, d.filler);
            break;
        }
        case 'u':
        case 'x': {
            const std::uint64_t value =
                d.is_long ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned);
            text.put_number(value, d.conversion == 'x' ? 16 : 10, d.width, d.filler);
            break;
        }
        case 'p':
            text.put("0x");
            text.put_number(reinterpret_cast<std::uint64_t>(va_arg(arguments, void*)), 16, 16, '0');
            break;
        case 's': text.put(va_arg(arguments, const char*)); break;
        case 'c': text.put(static_cast<char>(va_arg(arguments, int))); break;
        case '%': text.put('%'); break;
        case '\0': return text.finish();
        default: text.put('%'); text.put(d.conversion);
        }
    }
    return text.finish();
}

std::size_t format(char* to, std::size_t capacity, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const std::size_t size = format_list(to, capacity, format, arguments);
    va_end(arguments);
    return size;
}

void printf(int fd, const char* format, ...) {
    char line[line_capacity];
    va_list arguments;
    va_start(arguments, format);
    const std::size_t size = format_list(line, sizeof line, format, arguments);
    va_end(arguments);
    write(fd, line, static_cast<int>(size));
}

}  // namespace user
