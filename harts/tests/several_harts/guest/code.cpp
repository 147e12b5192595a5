// Code that is written while others run it. Nobody executes fence.i: these harts keep code coherent
// without it, as QEMU's do.
#include "harts/tests/several_harts/guest/guest.h"

namespace several_harts {
namespace {

alignas(4096) u32 routines[1024];  // a page; each routine takes a line
alignas(64) u64 flag;
alignas(64) u64 called[most_harts];  // by each runner: the flag's number before its last call

constexpr u32 ret = 0x0000'8067;
constexpr u32 load_a0(u64 immediate) {
    return static_cast<u32>(immediate << 20) | 10 << 7 | 0x13;
}  // addi a0, zero, immediate

u32* routine(u64 number) { return &routines[number * 16]; }
void write(u64 number, u64 value) {
    __atomic_store_n(&routine(number)[0], load_a0(value), __ATOMIC_RELAXED);
    __atomic_store_n(&routine(number)[1], ret, __ATOMIC_RELAXED);
}
u64 call(u64 number) {
    register u64 result asm("a0");
    asm volatile("jalr %1" : "=r"(result) : "r"(routine(number)) : "ra", "memory");
    return result;
}

}  // namespace

void code_of_another(u64 hart) {
    if (hart == 0) {
        write(0, 0);
    }
    meet();
    constexpr u64 modulus = 1024;  // what fits addi without a sign
    constexpr u64 window = 4;
    if (hart == 0) {
        for (u64 number = 1; number <= parameters.rounds; ++number) {
            write(0, number % modulus);
            write_fence();
            store(flag, number);
            // Nobody falls far behind, so that ahead and old can be told apart.
            for (u64 other = 1; other < parameters.harts; ++other) {
                while (__atomic_load_n(&called[other], __ATOMIC_ACQUIRE) + window < number) {
                }
            }
        }
        store(flag, ~u64{0});
        return;
    }
    u64 old = 0, made = 0;
    for (u64 number = 0; (number = __atomic_load_n(&flag, __ATOMIC_ACQUIRE)) != ~u64{0};) {
        const u64 ahead = (call(0) - number) % modulus;
        old += ahead > modulus / 2;
        ++made;
        __atomic_store_n(&called[hart], number, __ATOMIC_RELEASE);
    }
    results[hart].values[0] = old;
    results[hart].values[1] = made;
}

// Every hart rewrites its own routine, all of them in one page, and calls it at once.
void own_code(u64 hart) {
    meet();
    u64 old = 0;
    for (u64 round = 0; round < parameters.rounds; ++round) {
        write(hart, round % 1024);
        old += call(hart) != round % 1024;
    }
    results[hart].values[0] = old;
}

}  // namespace several_harts
