// Permits to run: more harts than host cores take turns.
//
// Threads left to the host's scheduler lose their core inside critical sections while others spin
// for the lock. With as many permits as cores, and harts that hand theirs on when they are seen to
// spin, the holder of a lock gets to run soon. A hart that made no progress in its last turn (no
// return to user mode, no device: an idle loop without wfi) waits in the low queue, which is served
// when the other is empty or every 16th time, so that busy idling costs little. Only raw futexes
// here: see harts/base/futex.h.
#pragma once
#include <atomic>
#include <deque>
#include <vector>

#include "harts/base/futex.h"
#include "harts/base/types.h"

namespace stampede {

class Permits {
public:
    enum class Standing : u8 { Normal, Low };
    enum class Why : u8 { SliceOver, Spinning };

    Permits(unsigned permits, unsigned harts);

    // Waits for a permit. On the hart's thread; it holds none.
    void acquire(HartId hart, Standing standing) EXCLUDES(lock_);
    // Gives the permit back, to whoever waits first.
    void release() EXCLUDES(lock_);
    // Hands the permit to the next in line, if there is one, and waits for the next turn. False:
    // nobody waits, the hart keeps it. A normal hart whose slice is over makes way for a low one
    // only now and then; a spinning one always.
    bool yield(HartId hart, Standing standing, Why why) EXCLUDES(lock_);

    // Whether somebody waits in any queue, or in the normal one; as of a moment ago. Any thread.
    [[nodiscard]] bool contended() const { return waiting_.load(std::memory_order_relaxed) != 0; }
    [[nodiscard]] bool normal_waiting() const {
        return normal_waiting_.load(std::memory_order_relaxed) != 0;
    }

private:
    struct alignas(64) Turn {
        std::atomic<u32> granted{0};  // futex; set by whoever hands on, cleared by the hart
    };
    static constexpr unsigned low_share = 16;

    void enqueue_locked(HartId hart, Standing standing) REQUIRES(lock_);
    enum class Low : u8 { Welcome, Rationed };
    [[nodiscard]] bool next_locked(Low low, HartId& next) REQUIRES(lock_);
    void count_waiting_locked() REQUIRES(lock_);
    void grant(HartId hart);
    void wait_for_turn(HartId hart);

    FutexLock lock_;
    unsigned free_ GUARDED_BY(lock_);
    unsigned turns_ GUARDED_BY(lock_) = 0;
    std::deque<HartId> normal_ GUARDED_BY(lock_);
    std::deque<HartId> low_ GUARDED_BY(lock_);
    std::vector<Turn> turn_;
    // sizes of the queues; written under the lock, read as hints (relaxed)
    std::atomic<u32> waiting_{0}, normal_waiting_{0};
};

}  // namespace stampede
