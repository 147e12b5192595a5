// Spinlocks whose rank is part of their type. A holder runs with interrupts off and may take only
// higher ranks; anything else is a panic that names both locks. Taken through SpinGuard only.
#pragma once
#include <cstdint>

#include "kernel/base/annotations.h"
#include "kernel/base/ranks.h"

namespace kernel {

struct CpuLocks;

// The part that does not depend on the rank's type; functions that take any spinlock (sleep_on)
// take this.
class CAPABILITY("spinlock") SpinlockBase {
public:
    SpinlockBase(const SpinlockBase&) = delete;
    SpinlockBase& operator=(const SpinlockBase&) = delete;

    // Prefer SpinGuard. These two are for a lock that changes hands with the processor (context
    // switch).
    void lock() ACQUIRE();
    void unlock() RELEASE();

    // Whether this CPU holds the lock. Exact for the asking CPU; interrupts must be off for the
    // answer to stay true.
    bool held_here() const;

    const char* name() const { return name_; }
    Rank rank() const { return rank_; }

protected:
    constexpr SpinlockBase(const char* name, Rank rank) : rank_(rank), name_(name) {}

private:
    void refuse(const CpuLocks& here) const;  // to be taken: panics
    void unlock_one_below(CpuLocks& here);    // not the one taken last

    // 0 free, 1 held. Written by whoever takes or gives the lock: acquire and release make the
    // guarded data visible.
    std::uint32_t word_ = 0;
    Rank rank_;
    const char* name_;  // static string
};

template <Rank rank_of_type>
class CAPABILITY("spinlock") Spinlock : public SpinlockBase {
public:
    constexpr explicit Spinlock(const char* name) : SpinlockBase(name, rank_of_type) {}
};

// Holds a lock for a scope.
class SCOPED_CAPABILITY SpinGuard {
public:
    explicit SpinGuard(SpinlockBase& lock) ACQUIRE(lock) : lock_(lock) { lock_.lock(); }
    ~SpinGuard() RELEASE() { lock_.unlock(); }
    SpinGuard(const SpinGuard&) = delete;
    SpinGuard& operator=(const SpinGuard&) = delete;

private:
    SpinlockBase& lock_;
};

// Keeps interrupts off for a scope; nests, also with locks. While one lives the CPU does not change
// under the caller.
class InterruptsOff {
public:
    InterruptsOff();
    ~InterruptsOff();
    InterruptsOff(const InterruptsOff&) = delete;
    InterruptsOff& operator=(const InterruptsOff&) = delete;
};

}  // namespace kernel
