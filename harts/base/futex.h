// Sleeping and locking between hart threads without pthreads. ThreadSanitizer intercepts pthread
// mutexes, condition variables and semaphores (and understands std::atomic's wait): every hand-over
// through them would order the guest's own accesses and so hide the guest's races. A raw futex by
// an inline system call is invisible to it.
#pragma once
#include <atomic>
#include <chrono>
#include <optional>

#include "harts/base/annotations.h"
#include "harts/base/types.h"

namespace stampede {

// Sleeps while `word` holds `expected`, at most `timeout` (none: for ever). May wake spuriously.
// Any thread.
void futex_wait(std::atomic<u32>& word, u32 expected,
                std::optional<std::chrono::nanoseconds> timeout = std::nullopt);

// Wakes up to `count` sleepers on `word`. Any thread; async-signal-safe.
void futex_wake(std::atomic<u32>& word, unsigned count);

// A lock for short sections between hart threads: spins briefly, then sleeps on a futex (Drepper,
// "Futexes Are Tricky", mutex 2).
class CAPABILITY("FutexLock") FutexLock {
public:
    void lock() ACQUIRE() {
        u32 seen = free;
        // acquire: pairs with unlock's release; what the last holder wrote is seen.
        if (word_.compare_exchange_strong(seen, held, std::memory_order_acquire,
                                          std::memory_order_relaxed)) [[likely]] {
            return;
        }
        lock_slow();
    }
    [[nodiscard]] bool try_lock() TRY_ACQUIRE(true) {
        u32 seen = free;
        return word_.compare_exchange_strong(seen, held, std::memory_order_acquire,
                                             std::memory_order_relaxed);
    }
    void unlock() RELEASE() {
        if (word_.exchange(free, std::memory_order_release) == contended) [[unlikely]] {
            futex_wake(word_, 1);
        }
    }

private:
    static constexpr u32 free = 0, held = 1, contended = 2;
    void lock_slow();

    std::atomic<u32> word_{free};  // written and read by whoever wants the lock
};

class SCOPED_CAPABILITY FutexGuard {
public:
    explicit FutexGuard(FutexLock& lock) ACQUIRE(lock) : lock_(lock) { lock_.lock(); }
    ~FutexGuard() RELEASE() { lock_.unlock(); }
    FutexGuard(const FutexGuard&) = delete;
    FutexGuard& operator=(const FutexGuard&) = delete;

private:
    FutexLock& lock_;
};

inline void cpu_relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

// For waits of less than a microsecond: spins, and offers the core to others once that has taken
// suspiciously long, for then whoever is waited for has lost its own.
class SpinWait {
public:
    void once() {
        if (++spins_ < patience) {
            cpu_relax();
        } else {
            yield();
        }
    }

private:
    static constexpr unsigned patience = 2000;
    static void yield();

    unsigned spins_ = 0;
};

}  // namespace stampede
