#include "harts/base/futex.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>

namespace stampede {
namespace {

// Inline: libc's syscall() would do as well today, but it is a symbol that a sanitizer may
// intercept tomorrow.
long futex(std::atomic<u32>& word, int operation, u32 value, const timespec* timeout) {
#if defined(__x86_64__)
    long result;
    register const timespec* r10 asm("r10") = timeout;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(SYS_futex), "D"(&word), "S"(operation | FUTEX_PRIVATE_FLAG), "d"(value),
                   "r"(r10)
                 : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 asm("x8") = SYS_futex;
    register long x0 asm("x0") = reinterpret_cast<long>(&word);
    register long x1 asm("x1") = operation | FUTEX_PRIVATE_FLAG;
    register long x2 asm("x2") = value;
    register long x3 asm("x3") = reinterpret_cast<long>(timeout);
    asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
#else
#error "futex: this host's system call is not written yet"
#endif
}

}  // namespace

void futex_wait(std::atomic<u32>& word, u32 expected,
                std::optional<std::chrono::nanoseconds> timeout) {
    if (!timeout) {
        futex(word, FUTEX_WAIT, expected, nullptr);
        return;
    }
    if (timeout->count() <= 0) {
        return;
    }
    const timespec limit{timeout->count() / 1'000'000'000, timeout->count() % 1'000'000'000};
    futex(word, FUTEX_WAIT, expected, &limit);
}

void futex_wake(std::atomic<u32>& word, unsigned count) { futex(word, FUTEX_WAKE, count, nullptr); }

void SpinWait::yield() { ::sched_yield(); }

void FutexLock::lock_slow() {
    for (int spin = 0; spin < 100; ++spin) {
        u32 seen = free;
        if (word_.compare_exchange_weak(seen, held, std::memory_order_acquire,
                                        std::memory_order_relaxed)) {
            return;
        }
        cpu_relax();
    }
    while (word_.exchange(contended, std::memory_order_acquire) != free) {
        futex_wait(word_, contended);
    }
}

}  // namespace stampede
