// A counter under a lock, sound or broken; and a pair of words that most harts only read.
#include "harts/tests/races/guest/locks.h"

#include "harts/tests/races/guest/guest.h"

namespace races {
namespace {

alignas(64) u64 counter;

MARKED void update_counter() {
    counter = counter + 1;
    compiler_barrier();
}

template <class Acquire, class Release>
void count_between(Acquire acquire, Release release) {
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        acquire();
        update_counter();
        release();
    }
    meet();
}

template <class Lock>
void count_under(Lock& lock) {
    count_between([&] { lock.acquire(); }, [&] { lock.release(); });
}

void expect_all_counted() { expect_equal(counter, parameters.harts * parameters.rounds); }

}  // namespace

void no_lock_at_all(u64) {
    count_between([] {}, [] {});
}

void each_hart_its_own_lock(u64 hart) {
    static SwapLock<__ATOMIC_ACQUIRE, __ATOMIC_RELEASE> locks[most_harts];
    count_under(locks[hart]);
}

void swap_lock(u64) {
    static SwapLock<__ATOMIC_ACQUIRE, __ATOMIC_RELEASE> lock;
    count_under(lock);
    expect_all_counted();
}
void swap_lock_without_release_fence(u64) {
    static SwapLock<__ATOMIC_ACQUIRE, __ATOMIC_RELAXED> lock;
    count_under(lock);
}
void swap_lock_without_acquire(u64) {
    static SwapLock<__ATOMIC_RELAXED, __ATOMIC_RELEASE> lock;
    count_under(lock);
}
void swap_lock_without_any_order(u64) {
    static SwapLock<__ATOMIC_RELAXED, __ATOMIC_RELAXED> lock;
    count_under(lock);
}
void swap_lock_with_full_fences(u64) {
    static FencedSwapLock<full_fence> lock;
    count_under(lock);
    expect_all_counted();
}
void swap_lock_with_tso_fences(u64) {
    static FencedSwapLock<tso_fence> lock;
    count_under(lock);
    expect_all_counted();
}

void compare_and_swap_lock(u64) {
    static CompareAndSwapLock<__ATOMIC_ACQUIRE> lock;
    count_under(lock);
    expect_all_counted();
}

void reserved_lock(u64) {
    static ReservedLock lock;
    count_under(lock);
    expect_all_counted();
}
void reserved_lock_released_conditionally(u64) {
    static ReservedLock lock;
    count_between([] { lock.acquire(); }, [] { lock.release_conditionally(); });
    expect_all_counted();
}
void reserved_lock_without_acquire(u64) {
    static ReservedLock lock;
    count_between([] { lock.acquire_relaxed(); }, [] { lock.release(); });
}

void ticket_lock(u64) {
    static TicketLock<__ATOMIC_ACQUIRE, __ATOMIC_RELEASE> lock;
    count_under(lock);
    expect_all_counted();
}
void ticket_lock_with_fences(u64) {
    static FencedTicketLock lock;
    count_under(lock);
    expect_all_counted();
}
void ticket_lock_without_acquire(u64) {
    static TicketLock<__ATOMIC_RELAXED, __ATOMIC_RELEASE> lock;
    count_under(lock);
}
void ticket_lock_without_release(u64) {
    static TicketLock<__ATOMIC_ACQUIRE, __ATOMIC_RELAXED> lock;
    count_under(lock);
}

// --- readers and writers -------------------------------------------------------------------------

namespace {

struct alignas(64) Pair {
    u64 first = 0, second = 0;
} pair;

MARKED void write_pair() {
    pair.first = pair.first + 1;
    pair.second = pair.second + 1;
    compiler_barrier();
}

MARKED u64 read_pair() { return plain_load(pair.first) - plain_load(pair.second); }

// Every fourth round writes. Returns how often a reader saw half a write.
template <class Lock>
u64 read_and_write_under(Lock& lock, u64 hart) {
    u64 torn = 0;
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        if ((round + hart) % 4 == 0) {
            lock.acquire_to_write();
            write_pair();
            lock.release_write();
        } else {
            lock.acquire_to_read();
            torn += read_pair() != 0;
            lock.release_read();
        }
    }
    meet();
    return torn;
}

}  // namespace

void reader_writer_lock(u64 hart) {
    static ReaderWriterLock<__ATOMIC_ACQUIRE, __ATOMIC_RELEASE> lock;
    expect_equal(read_and_write_under(lock, hart), 0);
    u64 writes = 0;
    for (u64 n = 0; n < parameters.harts * parameters.rounds; ++n) {
        writes += (n % parameters.rounds + n / parameters.rounds) % 4 == 0;
    }
    expect_equal(pair.first, writes);
}
void reader_writer_lock_without_readers_release(u64 hart) {
    static ReaderWriterLock<__ATOMIC_ACQUIRE, __ATOMIC_RELAXED> lock;
    read_and_write_under(lock, hart);
}
void reader_writer_lock_without_readers_acquire(u64 hart) {
    static ReaderWriterLock<__ATOMIC_RELAXED, __ATOMIC_RELEASE> lock;
    read_and_write_under(lock, hart);
}

}  // namespace races
