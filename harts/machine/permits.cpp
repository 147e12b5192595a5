#include "harts/machine/permits.h"

namespace stampede {

Permits::Permits(unsigned permits, unsigned harts) : free_(permits), turn_(harts) {}

void Permits::enqueue_locked(HartId hart, Standing standing) {
    (standing == Standing::Low ? low_ : normal_).push_back(hart);
}

bool Permits::next_locked(Low low, HartId& next) {
    const bool low_turn = ++turns_ % low_share == 0;
    if (!normal_.empty() && (low_.empty() || !low_turn)) {
        next = normal_.front();
        normal_.pop_front();
        return true;
    }
    if (!low_.empty() && (low == Low::Welcome || low_turn)) {
        next = low_.front();
        low_.pop_front();
        return true;
    }
    return false;
}

void Permits::count_waiting_locked() {
    waiting_.store(static_cast<u32>(normal_.size() + low_.size()), std::memory_order_relaxed);
    normal_waiting_.store(static_cast<u32>(normal_.size()), std::memory_order_relaxed);
}

void Permits::grant(HartId hart) {
    std::atomic<u32>& granted = turn_[hart.value].granted;
    granted.store(1, std::memory_order_release);  // what the giver did is seen by the taker
    futex_wake(granted, 1);
}

void Permits::wait_for_turn(HartId hart) {
    std::atomic<u32>& granted = turn_[hart.value].granted;
    while (granted.load(std::memory_order_acquire) == 0) {
        futex_wait(granted, 0);
    }
    // only the next giver writes it again, after enqueueing under the lock
    granted.store(0, std::memory_order_relaxed);
}

void Permits::acquire(HartId hart, Standing standing) {
    {
        const FutexGuard guard(lock_);
        if (free_ != 0) {
            --free_;
            return;
        }
        enqueue_locked(hart, standing);
        count_waiting_locked();
    }
    wait_for_turn(hart);
}

void Permits::release() {
    HartId next;
    {
        const FutexGuard guard(lock_);
        if (!next_locked(Low::Welcome, next)) {
            ++free_;
            return;
        }
        count_waiting_locked();
    }
    grant(next);
}

bool Permits::yield(HartId hart, Standing standing, Why why) {
    const Low low =
        standing == Standing::Low || why == Why::Spinning ? Low::Welcome : Low::Rationed;
    HartId next;
    {
        const FutexGuard guard(lock_);
        if (!next_locked(low, next)) {
            return false;
        }
        enqueue_locked(hart, standing);
        count_waiting_locked();
    }
    grant(next);
    wait_for_turn(hart);
    return true;
}

}  // namespace stampede
