// Locks in every shape that kernels give them. The order of memory is a parameter, so that a broken
// lock differs from its sound twin in one word: `__ATOMIC_RELAXED` leaves out the aq bit, or the
// fence.
#pragma once
#include "harts/tests/races/guest/ordering.h"

namespace races {

// The compiler's own mapping, but for a relaxed access, which is announced: so the data race alone
// shows.
template <int order>
u32 load_as(const u32& from) {
    if constexpr (order == __ATOMIC_RELAXED) {
        return relaxed_load(from);
    }
    return __atomic_load_n(&from, order);
}
template <int order>
void store_as(u32& to, u32 value) {
    if constexpr (order == __ATOMIC_RELAXED) {
        relaxed_store(to, value);
    } else {
        __atomic_store_n(&to, value, order);
    }
}

template <int take, int give>
struct alignas(64) SwapLock {
    void acquire() {
        while (__atomic_exchange_n(&word, 1, take) != 0) {
        }
        compiler_barrier();
    }
    // Not announced where it is relaxed: the word is known for an atomic by the swaps.
    void release() {
        compiler_barrier();
        __atomic_store_n(&word, 0, give);
    }
    u32 word = 0;
};

// xv6's: the swap and the store order nothing, a fence beside each does.
template <void (*fence)()>
struct alignas(64) FencedSwapLock {
    void acquire() {
        while (relaxed_swap(word, 1) != 0) {
        }
        fence();
    }
    void release() {
        fence();
        __atomic_store_n(&word, 0, __ATOMIC_RELAXED);
    }
    u32 word = 0;
};

template <int take>
struct alignas(64) CompareAndSwapLock {
    void acquire() {
        u32 expected = 0;
        while (!__atomic_compare_exchange_n(&word, &expected, 1, false, take, __ATOMIC_RELAXED)) {
            expected = 0;
        }
        compiler_barrier();
    }
    void release() { __atomic_store_n(&word, 0, __ATOMIC_RELEASE); }
    u32 word = 0;
};

struct alignas(64) ReservedLock {
    void acquire() {
        u32 scratch;
        asm volatile("1: lr.w.aq %0, %1\n bnez %0, 1b\n sc.w %0, %2, %1\n bnez %0, 1b"
                     : "=&r"(scratch), "+A"(word)
                     : "r"(1)
                     : "memory");
    }
    void acquire_relaxed() {
        u32 scratch;
        asm volatile("1: lr.w %0, %1\n bnez %0, 1b\n sc.w %0, %2, %1\n bnez %0, 1b"
                     : "=&r"(scratch), "+A"(word)
                     : "r"(1)
                     : "memory");
    }
    void release() { __atomic_store_n(&word, 0, __ATOMIC_RELEASE); }
    void release_conditionally() {
        u32 scratch;
        asm volatile("1: lr.w %0, %1\n sc.w.rl %0, zero, %1\n bnez %0, 1b"
                     : "=&r"(scratch), "+A"(word)
                     :
                     : "memory");
    }
    u32 word = 0;
};

// `serving` is never touched by an atomic instruction: only the fences tell that it is more than
// data.
template <int look, int serve>
struct alignas(64) TicketLock {
    void acquire() {
        const u32 ticket = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
        while (load_as<look>(serving) != ticket) {
        }
        compiler_barrier();
    }
    void release() {
        compiler_barrier();
        store_as<serve>(serving, serving + 1);
    }
    u32 next = 0;
    alignas(64) u32 serving = 0;
};

// The same by relaxed accesses beside fences, as kernels without atomics in their language write
// it.
struct alignas(64) FencedTicketLock {
    void acquire() {
        const u32 ticket = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
        while (__atomic_load_n(&serving, __ATOMIC_RELAXED) != ticket) {
        }
        acquire_fence();
    }
    void release() {
        const u32 following = serving + 1;
        release_fence();
        __atomic_store_n(&serving, following, __ATOMIC_RELAXED);
    }
    u32 next = 0;
    alignas(64) u32 serving = 0;
};

// Taken by a 0 and given back by a 1: what its word does looks like a lock the other way round.
struct alignas(64) InvertedLock {
    void acquire() {
        while (__atomic_exchange_n(&free, 0, __ATOMIC_ACQUIRE) == 0) {
        }
        compiler_barrier();
    }
    void release() {
        compiler_barrier();
        __atomic_exchange_n(&free, 1, __ATOMIC_RELEASE);
    }
    u32 free = 1;
};

// Readers count up from 0, a writer is all ones.
template <int readers_take, int readers_give>
struct alignas(64) ReaderWriterLock {
    static constexpr u32 written = ~u32{0};
    void acquire_to_read() {
        for (;;) {
            u32 readers = relaxed_load(word);
            if (readers != written &&
                __atomic_compare_exchange_n(&word, &readers, readers + 1, false, readers_take,
                                            __ATOMIC_RELAXED)) {
                break;
            }
        }
        compiler_barrier();
    }
    void release_read() {
        compiler_barrier();
        __atomic_fetch_sub(&word, 1, readers_give);
    }
    void acquire_to_write() {
        u32 free = 0;
        while (!__atomic_compare_exchange_n(&word, &free, written, false, __ATOMIC_ACQUIRE,
                                            __ATOMIC_RELAXED)) {
            free = 0;
        }
    }
    void release_write() { __atomic_store_n(&word, 0, __ATOMIC_RELEASE); }
    u32 word = 0;
};

}  // namespace races
