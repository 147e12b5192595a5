// A token goes round: each hart sleeps in wfi until the one before wakes it, by an interrupt or by
// setting its timer.
#include "harts/tests/several_harts/guest/guest.h"

namespace several_harts {
namespace {

alignas(64) u64 woken[most_harts][8];  // times, a line each; by the hart's own handler

u64 now() {
    u64 time;
    asm volatile("csrr %0, time" : "=r"(time));
    return time;
}

u64 count_interrupts(u64 cause, u64 pc, u64) {
    const u64 hart = hart_id();
    if (cause == software_interrupt) {
        acknowledge(hart);
        results[hart].values[0] += 1;
    } else if (cause == timer_interrupt) {
        set_timer(hart, ~u64{0});
        results[hart].values[1] += 1;
    } else {
        return 0;
    }
    store(woken[hart][0], load(woken[hart][0]) + 1);
    return pc;
}

// Interrupts are taken only where csrsi lets them in: none comes between the look and wfi.
void sleep_until_woken(u64 hart, u64 times) {
    for (;;) {
        asm volatile("csrci mstatus, 8" ::: "memory");
        if (load(woken[hart][0]) >= times) {
            return;
        }
        asm volatile("wfi\n csrsi mstatus, 8" ::: "memory");
    }
}

void wake(u64 hart, u64 round) {
    if (round % 2 == 0) {
        interrupt(hart);
    } else {
        // 5 µs: the other one sleeps already, without a deadline of its own
        set_timer(hart, now() + 50);
    }
}

}  // namespace

void ring(u64 hart) {
    if (hart == 0) {
        trap_handler = count_interrupts;
    }
    set_timer(hart, ~u64{0});
    asm volatile("csrw mie, %0" ::"r"(0x88));
    meet();
    const u64 next = (hart + 1) % parameters.harts;
    for (u64 round = 0; round < parameters.rounds; ++round) {
        if (hart == 0) {
            wake(next, round);
            sleep_until_woken(hart, round + 1);
        } else {
            sleep_until_woken(hart, round + 1);
            wake(next, round);
        }
    }
}

}  // namespace several_harts
