#include "kernel/base/print.h"

#include <cstdarg>

#include "kernel/arch/arch.h"
#include "kernel/base/format.h"
#include "kernel/base/relaxed.h"
#include "kernel/base/spinlock.h"

namespace kernel {

namespace {

constexpr std::size_t line_limit = 256;

constinit Spinlock<Rank::console_output> console_lock{"console output"};
// Set by the first CPU that panics, read by all: from then on the console is that CPU's alone. Late
// readers only garble output.
constinit Relaxed<std::uint32_t> panicking;
constinit std::uint32_t panics = 0;  // added to by every panicking CPU: the first goes on
constinit Relaxed<std::uint32_t>
    panic_cpu;  // the first's number; only that CPU itself needs to read it right

void put_all(const char* text, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
        arch::console_put(text[i]);
    }
}

}  // namespace

void console_write(const char* text, std::size_t bytes) {
    SpinGuard guard(console_lock);
    if (panicking.load()) {
        return;
    }
    put_all(text, bytes);
}

void print(const char* format, ...) {
    char line[line_limit];
    std::va_list arguments;
    va_start(arguments, format);
    std::size_t used = format_arguments(line, sizeof line, format, arguments);
    va_end(arguments);
    console_write(line, used);
}

void panic(const char* format, ...) {
    arch::interrupts_off();
    panicking.store(1);
    if (__atomic_fetch_add(&panics, 1, __ATOMIC_ACQ_REL) != 0) {
        if (panic_cpu.load() == arch::cpu_id()) {
            arch::finish(1);  // a panic in the panic: say no more
        }
        for (;;) {
            arch::spin_pause();  // another CPU is ending the machine
        }
    }
    panic_cpu.store(arch::cpu_id());
    char line[line_limit];
    std::va_list arguments;
    va_start(arguments, format);
    std::size_t used = format_arguments(line, sizeof line, format, arguments);
    va_end(arguments);
    put_all("\npanic: ", 8);
    put_all(line, used);
    put_all("\n", 1);
    arch::panic_stop(__builtin_return_address(0), __builtin_frame_address(0));
}

}  // namespace kernel
