#include "harts/tests/races/kernel/thread.h"
#include "harts/tests/races/kernel/work.h"

namespace races {
Parameters parameters;
}

namespace races::kernel {

Outcome outcome;

namespace {

alignas(64) u32 started;
constexpr u64 frames_at_boot = 128;

}  // namespace

namespace {

[[noreturn]] void finish(u32 code) {
    *reinterpret_cast<volatile u32*>(0x10'0000) = code;
    for (;;) {
        asm volatile("wfi");
    }
}

}  // namespace

void pass() { finish(0x5555); }
extern "C" void fail(u64 status) { finish(static_cast<u32>(status << 16 | 0x3333)); }

extern "C" void hart_main() {
    if (hart_id() == 0) {
        if (parameters.harts > most_kernel_harts || parameters.rounds > most_kernel_rounds) {
            fail(0x300);
        }
        make_frames(frames_at_boot);
        make_kernel_space();
        make_threads();
        __atomic_store_n(&started, 1, __ATOMIC_RELEASE);
    } else {
        while (__atomic_load_n(&started, __ATOMIC_ACQUIRE) == 0) {
        }
    }
    asm volatile("csrw satp, %0\n sfence.vma" ::"r"(kernel_satp()) : "memory");
    asm volatile("csrw stvec, %0\n csrw sie, %1" ::"r"(kernel_vector), "r"(0x20));
    schedule();
}

}  // namespace races::kernel
