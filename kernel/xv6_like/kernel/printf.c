// The kernel's messages: %d %x %p %s.
#include <stdarg.h>

#include "defs.h"
#include "spinlock.h"

volatile int panicked;  // other harts' output stops
static struct {
    struct spinlock lock;
    int locking;
} pr;

static void number(uint64 value, uint base) {
    if (value >= base) {
        number(value / base, base);
    }
    consputc("0123456789abcdef"[value % base]);
}

static void string(const char* s) {
    for (s = s ? s : "(null)"; *s; s++) {
        consputc(*s);
    }
}

void printf(const char* format, ...) {
    va_list arguments;
    int locking = pr.locking;
    if (locking) {
        acquire(&pr.lock);
    }
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') {
            consputc(*format);
            continue;
        }
        switch (*++format) {
        case 'd': {
            int value = va_arg(arguments, int);
            if (value < 0) {
                consputc('-');
            }
            number(value < 0 ? -(long)value : value, 10);
            break;
        }
        case 'x': number(va_arg(arguments, uint), 16); break;
        case 'p':
            string("0x");
            number(va_arg(arguments, uint64), 16);
            break;
        case 's': string(va_arg(arguments, char*)); break;
        default: consputc(*format); break;
        }
    }
    va_end(arguments);
    if (locking) {
        release(&pr.lock);
    }
}

void panic(const char* message) {
    pr.locking = 0;
    printf("panic: %s\n", message);
    panicked = 1;
    for (;;) {
    }
}

void printfinit(void) {
    initlock(&pr.lock, "pr");
    pr.locking = 1;
}
