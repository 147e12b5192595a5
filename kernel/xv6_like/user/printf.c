// %d %s %c, collected to one write a call, so that lines of several processes stay whole.
#include <stdarg.h>

#include "user.h"

struct text {
    char at[120];
    uint n;
};

static void add(struct text* t, char c) {
    if (t->n < sizeof(t->at)) {
        t->at[t->n++] = c;
    }
}

static void number(struct text* t, uint value) {
    if (value > 9) {
        number(t, value / 10);
    }
    add(t, '0' + value % 10);
}

static void print(int fd, const char* format, va_list arguments) {
    struct text t = {.n = 0};
    for (; *format; format++) {
        if (*format != '%') {
            add(&t, *format);
            continue;
        }
        switch (*++format) {
        case 'd': {
            int value = va_arg(arguments, int);
            if (value < 0) {
                add(&t, '-');
            }
            number(&t, value < 0 ? -(uint)value : (uint)value);
            break;
        }
        case 'c': add(&t, va_arg(arguments, int)); break;
        case 's':
            for (const char* s = va_arg(arguments, char*); *s; s++) {
                add(&t, *s);
            }
            break;
        default: add(&t, *format); break;
        }
    }
    write(fd, t.at, t.n);
}

void fprintf(int fd, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(fd, format, arguments);
    va_end(arguments);
}

void printf(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(1, format, arguments);
    va_end(arguments);
}
