#include "harts/tests/several_harts/guest/guest.h"

namespace several_harts {

Parameters parameters;
Results results[most_harts];
TrapHandler trap_handler;

namespace {

using Function = void (*)(u64 hart);
constexpr Function programs[] = {meet_often, reserved_counter, strict,          strict_halves,
                                 stack,      amo_sums,         mixed_widths,    crossing,
                                 aliases,    store_buffering,  message_passing, walker_races,
                                 shootdown,  code_of_another,  own_code,        ring};
static_assert(sizeof programs / sizeof *programs == static_cast<u64>(Program::Count));

alignas(64) u64 arrived;
alignas(64) u64 finished;

[[noreturn]] void finish(u32 code) {
    *reinterpret_cast<volatile u32*>(0x10'0000) = code;
    for (;;) {
        asm volatile("wfi");
    }
}

}  // namespace

void meet() {
    const u64 ticket = __atomic_fetch_add(&arrived, 1, __ATOMIC_ACQ_REL);
    const u64 complete = (ticket / parameters.harts + 1) * parameters.harts;
    while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < complete) {
    }
}

void fail(u64 status) { finish(static_cast<u32>(status << 16 | 0x3333)); }

extern "C" u64 handle_trap(u64 cause, u64 pc, u64 address) {
    const u64 next = trap_handler != nullptr ? trap_handler(cause, pc, address) : 0;
    if (next == 0) {
        fail(0x100 | (cause & 0xff));
    }
    return next;
}

extern "C" void hart_main(u64 hart) {
    programs[static_cast<u64>(parameters.program)](hart);
    __atomic_fetch_add(&finished, 1, __ATOMIC_ACQ_REL);
    if (hart == 0) {
        while (__atomic_load_n(&finished, __ATOMIC_ACQUIRE) != parameters.harts) {
        }
        finish(0x5555);
    }
}

}  // namespace several_harts
