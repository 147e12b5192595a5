#include "harts/tests/races/guest/guest.h"

namespace races {

Parameters parameters;
InterruptHandlers interrupt_handlers[most_harts];

namespace {

using Function = void (*)(u64 hart);
constexpr Function patterns[] = {
#define PATTERN(name, ...) name,
#include "harts/tests/races/patterns.inc"
#undef PATTERN
};

alignas(64) u64 finished;

[[noreturn]] void finish(u32 code) {
    *reinterpret_cast<volatile u32*>(0x10'0000) = code;
    for (;;) {
        asm volatile("wfi");
    }
}

constexpr u64 interrupt_bit = u64{1} << 63;

}  // namespace

// Meetings take turns with the words they count in: nobody who still waits for one sees who has
// come to the next already, and thereby what that hart did in between. (Nobody is further ahead
// than that.)
void meet() {
    struct alignas(64) Line {
        u64 count;
    };
    static Line arrived[4];
    static Line meetings[most_harts];
    const u64 number = meetings[hart_id()].count++;
    u64& count = arrived[number % 4].count;
    const u64 complete = (number / 4 + 1) * parameters.harts;
    __atomic_fetch_add(&count, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&count, __ATOMIC_ACQUIRE) < complete) {
    }
}

void fail(u64 status) { finish(static_cast<u32>(status << 16 | 0x3333)); }

extern "C" void machine_trap(u64 cause, u64) {
    const InterruptHandler handler = interrupt_handlers[hart_id()].machine;
    if (cause != (interrupt_bit | 3) || handler == nullptr) {
        fail(0x100 | (cause & 0xff));
    }
    handler(hart_id());
}

extern "C" void supervisor_trap(u64 cause, u64) {
    const InterruptHandler handler = interrupt_handlers[hart_id()].supervisor;
    if (cause != (interrupt_bit | 1) || handler == nullptr) {
        fail(0x180 | (cause & 0x7f));
    }
    handler(hart_id());
}

extern "C" void hart_main(u64) {
    const u64 hart = hart_id();
    patterns[parameters.selector](hart);
    __atomic_fetch_add(&finished, 1, __ATOMIC_ACQ_REL);
    if (hart == 0) {
        while (__atomic_load_n(&finished, __ATOMIC_ACQUIRE) != parameters.harts) {
        }
        finish(0x5555);
    }
}

}  // namespace races
