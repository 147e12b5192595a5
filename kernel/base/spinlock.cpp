#include "kernel/base/spinlock.h"

#include "kernel/arch/arch.h"
#include "kernel/base/cpu_locks.h"
#include "kernel/base/print.h"

namespace kernel {

namespace {

constinit CpuLocks cpu_locks[arch::max_cpus];

// What is wrong or rare stands apart, behind calls that come last: the way that nearly all locks go
// saves no registers. A kernel takes a lock every few hundred instructions.
[[noreturn, gnu::cold, gnu::noinline]] void panic_not_held(const SpinlockBase& lock) {
    panic("lock %s: unlocked by a CPU that does not hold it", lock.name());
}
[[noreturn, gnu::cold, gnu::noinline]] void panic_not_off() {
    panic("interrupts turned on once too often");
}

CpuLocks& turn_off() {
    const bool were_on = arch::take_interrupts_off();
    CpuLocks& here = this_cpu_locks();
    if (here.off_depth++ == 0) {
        here.interrupts_were_on = were_on;
    }
    return here;
}

void turn_last_on(CpuLocks& here) {
    here.off_depth = 0;
    if (here.interrupts_were_on) {
        arch::interrupts_on();
    }
}

// The callee may want locks itself: they nest in this one.
[[gnu::noinline]] void call_and_turn_on(CpuLocks& here) {
    auto* call = here.when_free;
    here.when_free = nullptr;
    call();
    turn_last_on(here);
}

void turn_on(CpuLocks& here) {
    if (here.off_depth > 1) {
        --here.off_depth;
    } else if (here.off_depth == 0) {
        panic_not_off();
    } else if (here.when_free) {
        call_and_turn_on(here);
    } else {
        turn_last_on(here);
    }
}

void note_one_below_given(CpuLocks& here, const SpinlockBase& lock) {
    for (std::size_t i = here.held_count; i-- > 0;) {
        if (here.held[i] != &lock) {
            continue;
        }
        for (std::size_t j = i + 1; j < here.held_count; ++j) {
            here.held[j - 1] = here.held[j];
        }
        --here.held_count;
        return;
    }
    panic_not_held(lock);
}

// invariant: `held` rises in rank, since every lock taken had to be above the last; so the last
// alone decides.
bool may_follow(const CpuLocks& here, std::size_t count, Rank rank) {
    return count == 0 || (count != CpuLocks::limit && here.held[count - 1]->rank() < rank);
}

}  // namespace

CpuLocks& this_cpu_locks() { return cpu_locks[arch::cpu_id()]; }

void push_interrupts_off() { turn_off(); }
void pop_interrupts_off() { turn_on(this_cpu_locks()); }

InterruptsOff::InterruptsOff() { push_interrupts_off(); }
InterruptsOff::~InterruptsOff() { pop_interrupts_off(); }

// The acquire of the exchange orders everything that follows behind it; while it fails, waiting
// re-reads without writing, so that the holder keeps the line.
void SpinlockBase::lock() NO_THREAD_SAFETY_ANALYSIS {
    CpuLocks& here = turn_off();
    const std::size_t count = here.held_count;
    if (!may_follow(here, count, rank_)) {
        refuse(here);
        return;
    }
    while (__atomic_exchange_n(&word_, 1, __ATOMIC_ACQUIRE) != 0) {
        while (arch::relaxed_load(&word_) != 0) {
            arch::spin_pause();
        }
    }
    here.held[count] = this;
    here.held_count = count + 1;
}

// Does not return; a function that is known not to could not be called last.
[[gnu::cold, gnu::noinline]] void SpinlockBase::refuse(const CpuLocks& here) const {
    if (here.held_count == CpuLocks::limit) {
        panic("lock %s: this CPU already holds %u", name_, CpuLocks::limit);
    }
    panic("lock %s wanted while %s is held: against their ranks", name_,
          here.held[here.held_count - 1]->name());
}

// An exchange rather than a store: an AMO says by itself, to a reader of traces and to a race
// detector, that it releases.
void SpinlockBase::unlock() NO_THREAD_SAFETY_ANALYSIS {
    CpuLocks& here = this_cpu_locks();
    const std::size_t count = here.held_count;
    if (count == 0 || here.held[count - 1] != this) {
        unlock_one_below(here);
        return;
    }
    here.held_count = count - 1;
    __atomic_exchange_n(&word_, 0, __ATOMIC_RELEASE);
    turn_on(here);
}

[[gnu::noinline]] void SpinlockBase::unlock_one_below(CpuLocks& here) NO_THREAD_SAFETY_ANALYSIS {
    note_one_below_given(here, *this);
    __atomic_exchange_n(&word_, 0, __ATOMIC_RELEASE);
    turn_on(here);
}

bool SpinlockBase::held_here() const {
    const CpuLocks& here = this_cpu_locks();
    for (std::size_t i = 0; i < here.held_count; ++i) {
        if (here.held[i] == this) {
            return true;
        }
    }
    return false;
}

}  // namespace kernel
