// Loops in which all harts want one word. A unit is one critical section or one addition.
#include "bench/guest/loop.h"

namespace bench_guest {
namespace {

alignas(64) u32 lock;     // 0 or 1; by amoswap, as in the specification's example
alignas(64) u64 counter;  // by plain accesses under the lock, by AMO, or by LR/SC

void reset() { lock = 0, counter = 0; }
u64 count() { return *static_cast<volatile u64*>(&counter); }

u64 locked_additions(u64 units) {
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        u64 value;
        u32 taken;
        do {
            asm volatile("amoswap.w.aq %0, %1, (%2)"
                         : "=&r"(taken)
                         : "r"(1), "r"(&lock)
                         : "memory");
        } while (taken != 0);
        asm volatile("ld %0, (%1)\n addi %0, %0, 1\n sd %0, (%1)"
                     : "=&r"(value)
                     : "r"(&counter)
                     : "memory");
        asm volatile("amoswap.w.rl zero, zero, (%0)" ::"r"(&lock) : "memory");
    }
    return units;
}

u64 reserved_additions(u64 units) {
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        u64 value;
        asm volatile("1: lr.d.aq %0, (%1)\n addi %0, %0, 1\n sc.d.rl %0, %0, (%1)\n bnez %0, 1b"
                     : "=&r"(value)
                     : "r"(&counter)
                     : "memory");
    }
    return units;
}

u64 atomic_additions(u64 units) {
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        asm volatile("amoadd.d zero, %0, (%1)" ::"r"(1), "r"(&counter) : "memory");
    }
    return units;
}

constexpr Loop table[] = {
    {"lock", On::EveryHart, 20'000'000, locked_additions, reset, count},
    {"lrsc", On::EveryHart, 40'000'000, reserved_additions, reset, count},
    {"amoadd", On::EveryHart, 30'000'000, atomic_additions, reset, count},
};

}  // namespace

std::span<const Loop> shared_loops() { return table; }

}  // namespace bench_guest
