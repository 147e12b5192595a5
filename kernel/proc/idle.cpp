// An idle hart sets its bit, then looks at all queues; who pushes work does so first, then looks at
// the bits. Between the two steps of each stands a full fence, so that at least one of them sees
// the other (Dekker's argument):
//
//     idle hart:  set bit   | fence | read lengths  → none: wfi, or a timer where others keep what
//                 they have for a while
//     pusher:     push      | fence | read bits     → one set: clear it, interrupt that hart
//
// The pusher clears the bit it found, so that two pushers wake two harts. An interrupt sent before
// the wfi ends that wfi.
#include "kernel/proc/idle.h"

#include "kernel/arch/riscv/machine.h"
#include "kernel/proc/clock.h"
#include "kernel/proc/run_queue.h"
#include "kernel/proc/scheduler.h"

namespace kernel {

namespace {

// A bit per idle hart: set and cleared by the hart, cleared by who wakes it. Atomic instructions
// only, but for the pusher's first look.
struct alignas(64) IdleHarts {
    Relaxed<std::uint64_t> bits;
    std::uint64_t set(std::uint64_t bit) { return bits.fetch_or_ordered(bit); }
    std::uint64_t clear(std::uint64_t bit) { return bits.fetch_and_ordered(~bit); }
};
constinit IdleHarts idle_harts;

std::uint64_t bit_of(unsigned cpu) { return std::uint64_t{1} << cpu; }

bool work_anywhere() {
    for (unsigned i = 0; i < arch::cpu_count(); ++i) {
        if (run_queues[i].length() != 0) {
            return true;
        }
    }
    return false;
}

// When `cpu` may have work without anybody telling it; 0: there is some now.
std::uint64_t next_work(unsigned cpu) {
    if (run_queues[cpu].length() != 0) {
        return 0;
    }
    std::uint64_t next = arch::never;
    const std::uint64_t now = arch::now();
    for (unsigned i = 0; i < arch::cpu_count(); ++i) {
        if (run_queues[i].length() == 0) {
            continue;
        }
        if (run_queues[i].has_for_other(now)) {
            return 0;
        }
        next = now + kept_for;  // what others keep for themselves now they keep no longer
    }
    return next;
}

}  // namespace

void idle_wait() {
    unsigned here = arch::cpu_id();
    idle_harts.set(bit_of(here));
    if (const std::uint64_t next = next_work(here); next != 0) {
        const std::uint64_t deadline = clock_next_deadline();
        arch::set_timer(deadline < next ? deadline : next);
        arch::wait_for_interrupt();
    }
    idle_harts.clear(bit_of(here));
}

void idle_wake(std::uint64_t wanted) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    unsigned here = arch::cpu_id();
    std::uint64_t others = idle_harts.bits.load() & ~bit_of(here);
    for (; others != 0 && wanted != 0; others &= others - 1) {
        unsigned cpu = static_cast<unsigned>(__builtin_ctzll(others));
        if (idle_harts.clear(bit_of(cpu)) & bit_of(cpu)) {
            arch::send_interrupt(cpu);
            --wanted;
        }
    }
}

bool idle_wake_hart(unsigned cpu) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    const std::uint64_t bit = bit_of(cpu);
    if ((idle_harts.bits.load() & bit) == 0 || (idle_harts.clear(bit) & bit) == 0) {
        return false;
    }
    arch::send_interrupt(cpu);
    return true;
}

bool idle_all_others() {
    std::uint64_t all = arch::cpu_count() == 64 ? ~std::uint64_t{0} : bit_of(arch::cpu_count()) - 1;
    std::uint64_t others = all & ~bit_of(arch::cpu_id());
    return (idle_harts.set(0) & others) == others && !work_anywhere();
}

}  // namespace kernel
