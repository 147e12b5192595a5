#include "harts/tests/races/kernel/locks.h"

namespace races::kernel {
namespace {

// Once per acquisition that has to wait: a hart that waits changes nothing.
void count_wait(Broken lock) { relaxed_add(outcome.waits[static_cast<u64>(lock) - 1], 1); }

template <class Try>
void wait_until(Broken lock, Try attempt) {
    if (attempt()) {
        return;
    }
    count_wait(lock);
    while (!attempt()) {
    }
}

bool try_reserved(u32& word) {
    u32 old, failed = 1;
    asm volatile("lr.w.aq %0, %2\n bnez %0, 1f\n sc.w %1, %3, %2\n 1:"
                 : "=&r"(old), "+&r"(failed), "+A"(word)
                 : "r"(1)
                 : "memory");
    return old == 0 && failed == 0;
}
bool try_reserved_relaxed(u32& word) {
    u32 old, failed = 1;
    asm volatile("lr.w %0, %2\n bnez %0, 1f\n sc.w %1, %3, %2\n 1:"
                 : "=&r"(old), "+&r"(failed), "+A"(word)
                 : "r"(1)
                 : "memory");
    return old == 0 && failed == 0;
}

}  // namespace

void ReservedLock::acquire() {
    if (is_broken(Broken::ReservedLock)) {
        wait_until(Broken::ReservedLock, [this] { return try_reserved_relaxed(word_); });
    } else {
        wait_until(Broken::ReservedLock, [this] { return try_reserved(word_); });
    }
}
void ReservedLock::release() {
    if (is_broken(Broken::ReservedLock)) {
        relaxed_store(word_, 0);
    } else {
        __atomic_store_n(&word_, 0, __ATOMIC_RELEASE);
    }
}

void TicketLock::acquire() {
    const u32 ticket = __atomic_fetch_add(&next_, 1, __ATOMIC_RELAXED);
    if (is_broken(Broken::TicketLock)) {
        wait_until(Broken::TicketLock, [&] { return relaxed_load(serving_) == ticket; });
    } else {
        wait_until(Broken::TicketLock,
                   [&] { return __atomic_load_n(&serving_, __ATOMIC_ACQUIRE) == ticket; });
    }
}
void TicketLock::release() {
    if (is_broken(Broken::TicketLock)) {
        relaxed_store(serving_, relaxed_load(serving_) + 1);
    } else {
        __atomic_store_n(&serving_, serving_ + 1, __ATOMIC_RELEASE);
    }
}

bool ReaderWriterLock::try_change(u32 from, u32 to) {
    if (is_broken(Broken::ReaderWriterLock)) {
        return __atomic_compare_exchange_n(&word_, &from, to, false, __ATOMIC_RELAXED,
                                           __ATOMIC_RELAXED);
    }
    return __atomic_compare_exchange_n(&word_, &from, to, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}
void ReaderWriterLock::acquire_to_read() {
    wait_until(Broken::ReaderWriterLock, [this] {
        const u32 readers = relaxed_load(word_);
        return readers != written && try_change(readers, readers + 1);
    });
}
void ReaderWriterLock::release_read() {
    if (is_broken(Broken::ReaderWriterLock)) {
        __atomic_fetch_sub(&word_, 1, __ATOMIC_RELAXED);
    } else {
        __atomic_fetch_sub(&word_, 1, __ATOMIC_RELEASE);
    }
}
void ReaderWriterLock::acquire_to_write() {
    wait_until(Broken::ReaderWriterLock, [this] { return try_change(0, written); });
}
void ReaderWriterLock::release_write() {
    if (is_broken(Broken::ReaderWriterLock)) {
        relaxed_store(word_, 0);
    } else {
        __atomic_store_n(&word_, 0, __ATOMIC_RELEASE);
    }
}

namespace {

// The even number that this writer has made odd.
template <int order>
u32 make_odd(u32& at) {
    u32 number = 0;
    wait_until(Broken::SequenceLock, [&] {
        number = relaxed_load(at);
        return number % 2 == 0 && __atomic_compare_exchange_n(&at, &number, number + 1, false,
                                                              order, __ATOMIC_RELAXED);
    });
    return number;
}

}  // namespace

u32 SequenceLock::begin_write() {
    if (is_broken(Broken::SequenceLock)) {
        return make_odd<__ATOMIC_RELAXED>(number_) + 1;
    }
    const u32 number = make_odd<__ATOMIC_ACQUIRE>(number_);  // what the last writer wrote is seen
    write_fence();  // what this one writes is not seen before the odd number
    return number + 1;
}
void SequenceLock::end_write(u32 number) {
    if (!is_broken(Broken::SequenceLock)) {
        release_fence();
    }
    relaxed_store(number_, number + 1);
}

namespace {

// A number that is even.
template <void (*fence)()>
u32 read_number(const u32& number) {
    u32 value = 0;
    wait_until(Broken::SequenceLock, [&] {
        value = relaxed_load(number);
        fence();
        return value % 2 == 0;
    });
    return value;
}

}  // namespace

u32 SequenceLock::begin_read() const {
    return is_broken(Broken::SequenceLock) ? read_number<compiler_barrier>(number_)
                                           : read_number<acquire_fence>(number_);
}
bool SequenceLock::has_changed(u32 number) const {
    if (!is_broken(Broken::SequenceLock)) {
        acquire_fence();
    }
    return relaxed_load(number_) != number;
}

}  // namespace races::kernel
