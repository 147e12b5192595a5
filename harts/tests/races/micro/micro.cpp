#include "harts/tests/races/micro/plan.h"

namespace races::micro {

Plan plans[most_harts];
alignas(64) Outcome outcome;

namespace {

// Shared by harts 0 and 1; by all; by all.
alignas(64) u64 word;
alignas(64) u64 noise;
alignas(64) u64 ended;

// Each changes the word: nobody could take it for waiting.
void make_noise(u64 events) {
    for (u64 n = 0; n < events; ++n) {
        asm volatile("amoadd.d zero, %1, %0" : "+A"(noise) : "r"(1) : "memory");
    }
}

u64 look(Access access) {
    u64 value;
    switch (access) {
    case Access::Plain: asm volatile("ld %0, %1" : "=r"(value) : "A"(word) : "memory"); break;
    case Access::Fenced:
        asm volatile("fence rw, rw\n ld %0, %1" : "=r"(value) : "A"(word) : "memory");
        break;
    case Access::Atomic:
        asm volatile("amoor.d %0, zero, %1" : "=r"(value), "+A"(word) : : "memory");
        break;
    }
    return value;
}

void set(Access access) {
    switch (access) {
    case Access::Plain: asm volatile("sd %1, %0" : "=A"(word) : "r"(1) : "memory"); break;
    case Access::Fenced:
        asm volatile("fence rw, rw\n sd %1, %0" : "=A"(word) : "r"(1) : "memory");
        break;
    case Access::Atomic:
        asm volatile("amoswap.d zero, %1, %0" : "+A"(word) : "r"(1) : "memory");
        break;
    }
}

void observe(const Plan& plan) {
    const u64 before = plan.depth == 2 ? look(plan.access) : 0;
    const u64 after = look(plan.access);
    outcome = before == 0 && after == 1 ? Outcome::Bug : Outcome::Harmless;
}

}  // namespace

extern "C" void micro_main(u64 hart) {
    const Plan& plan = plans[hart];
    make_noise(plan.lead);
    if (hart == 0) {
        observe(plan);
    } else if (hart == 1) {
        set(plan.access);
    }
    make_noise(plan.trail);
    if (__atomic_fetch_add(&ended, 1, __ATOMIC_ACQ_REL) == plan.harts - 1) {
        *reinterpret_cast<volatile u32*>(0x10'0000) = 0x5555;
    }
}

}  // namespace races::micro
