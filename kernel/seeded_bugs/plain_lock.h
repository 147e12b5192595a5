// A spinlock as small kernels have it: without a rank, so that nobody notices the order in which
// locks are taken.
#pragma once
#include "kernel/arch/arch.h"
#include "kernel/base/annotations.h"
#include "kernel/base/cpu_locks.h"

namespace kernel {

class CAPABILITY("spinlock") PlainLock {
public:
    void lock() ACQUIRE() NO_THREAD_SAFETY_ANALYSIS {
        push_interrupts_off();
        while (__atomic_exchange_n(&word_, 1, __ATOMIC_ACQUIRE) != 0) {
            arch::spin_pause();
        }
    }
    void unlock() RELEASE() NO_THREAD_SAFETY_ANALYSIS {
        __atomic_exchange_n(&word_, 0, __ATOMIC_RELEASE);
        pop_interrupts_off();
    }

private:
    std::uint32_t word_ = 0;  // 0 free, 1 held; acquire and release make what it guards visible
};

class SCOPED_CAPABILITY PlainGuard {
public:
    explicit PlainGuard(PlainLock& lock) ACQUIRE(lock) : lock_(lock) { lock_.lock(); }
    ~PlainGuard() RELEASE() { lock_.unlock(); }
    PlainGuard(const PlainGuard&) = delete;
    PlainGuard& operator=(const PlainGuard&) = delete;

private:
    PlainLock& lock_;
};

}  // namespace kernel
