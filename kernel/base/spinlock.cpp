#include "kernel/base/spinlock.h"

#include "kernel/arch/arch.h"
#include "kernel/base/cpu_locks.h"
#include "kernel/base/print.h"

namespace kernel {

namespace {

constinit CpuLocks cpu_locks[arch::max_cpus];

void note_taken(CpuLocks& here, const SpinlockBase& lock) {
    if (here.held_count == CpuLocks::limit) panic("lock %s: this CPU already holds %u", lock.name(), here.held_count);
    here.held[here.held_count++] = &lock;
}

void note_given(CpuLocks& here, const SpinlockBase& lock) {
    if (here.held_count && here.held[here.held_count - 1] == &lock) {   // nearly always
        --here.held_count;
        return;
    }
    for (std::uint32_t i = here.held_count; i-- > 0;) {
        if (here.held[i] != &lock) continue;
        for (std::uint32_t j = i + 1; j < here.held_count; ++j) here.held[j - 1] = here.held[j];
        --here.held_count;
        return;
    }
    panic("lock %s: unlocked by a CPU that does not hold it", lock.name());
}

// invariant: `held` rises in rank, since every lock taken had to be above the last; so the last alone decides.
void check_rank(const CpuLocks& here, const SpinlockBase& lock) {
    if (here.held_count == 0) return;
    const SpinlockBase& last = *here.held[here.held_count - 1];
    if (last.rank() >= lock.rank()) {
        panic("lock %s wanted while %s is held: against their ranks", lock.name(), last.name());
    }
}

}  // namespace

CpuLocks& this_cpu_locks() { return cpu_locks[arch::cpu_id()]; }

void push_interrupts_off() {
    bool were_on = arch::interrupts_enabled();
    arch::interrupts_off();
    CpuLocks& here = this_cpu_locks();
    if (here.off_depth++ == 0) here.interrupts_were_on = were_on;
}

void pop_interrupts_off() {
    CpuLocks& here = this_cpu_locks();
    if (here.off_depth == 0) panic("interrupts turned on once too often");
    if (here.off_depth == 1 && here.when_free) {
        auto* call = here.when_free;
        here.when_free = nullptr;
        call();
    }
    if (--here.off_depth == 0 && here.interrupts_were_on) arch::interrupts_on();
}

InterruptsOff::InterruptsOff() { push_interrupts_off(); }
InterruptsOff::~InterruptsOff() { pop_interrupts_off(); }

// The acquire of the exchange orders everything that follows behind it; while it fails, waiting re-reads without
// writing, so that the holder keeps the line.
void SpinlockBase::lock() NO_THREAD_SAFETY_ANALYSIS {
    push_interrupts_off();
    CpuLocks& here = this_cpu_locks();
    check_rank(here, *this);
    while (__atomic_exchange_n(&word_, 1, __ATOMIC_ACQUIRE) != 0) {
        while (arch::relaxed_load(&word_) != 0) arch::spin_pause();
    }
    note_taken(here, *this);
}

// An exchange rather than a store: an AMO says by itself, to a reader of traces and to a race detector, that it
// releases.
void SpinlockBase::unlock() NO_THREAD_SAFETY_ANALYSIS {
    note_given(this_cpu_locks(), *this);
    __atomic_exchange_n(&word_, 0, __ATOMIC_RELEASE);
    pop_interrupts_off();
}

bool SpinlockBase::held_here() const {
    const CpuLocks& here = this_cpu_locks();
    for (std::uint32_t i = 0; i < here.held_count; ++i) {
        if (here.held[i] == this) return true;
    }
    return false;
}

}  // namespace kernel
