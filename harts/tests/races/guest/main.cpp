#include "harts/tests/races/guest/guest.h"

namespace races {

Parameters parameters;
InterruptHandler on_machine_interrupt, on_supervisor_interrupt;

namespace {

using Function = void (*)(u64 hart);
constexpr Function patterns[] = {
#define PATTERN(name, ...) name,
#include "harts/tests/races/patterns.inc"
#undef PATTERN
};

alignas(64) u64 arrived;
alignas(64) u64 finished;

[[noreturn]] void finish(u32 code) {
    *reinterpret_cast<volatile u32*>(0x10'0000) = code;
    for (;;) {
        asm volatile("wfi");
    }
}

constexpr u64 interrupt_bit = u64{1} << 63;

}  // namespace

void meet() {
    const u64 ticket = __atomic_fetch_add(&arrived, 1, __ATOMIC_ACQ_REL);
    const u64 complete = (ticket / parameters.harts + 1) * parameters.harts;
    while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < complete) {
    }
}

void fail(u64 status) { finish(static_cast<u32>(status << 16 | 0x3333)); }

extern "C" void machine_trap(u64 cause, u64) {
    if (cause != (interrupt_bit | 3) || on_machine_interrupt == nullptr) {
        fail(0x100 | (cause & 0xff));
    }
    on_machine_interrupt(hart_id());
}

extern "C" void supervisor_trap(u64 cause, u64) {
    if (cause != (interrupt_bit | 1) || on_supervisor_interrupt == nullptr) {
        fail(0x180 | (cause & 0x7f));
    }
    on_supervisor_interrupt(hart_id());
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
