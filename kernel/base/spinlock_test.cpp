// Spinlocks: exclusion, ranks, and the nesting of interrupts-off.
#include "kernel/base/spinlock.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "kernel/arch/host/host.h"
#include "kernel/base/cpu_locks.h"

namespace kernel {
namespace {

// Taken and given without guards: what is tested here is what clang's analysis refuses.
void take(SpinlockBase& lock) NO_THREAD_SAFETY_ANALYSIS { lock.lock(); }
void give(SpinlockBase& lock) NO_THREAD_SAFETY_ANALYSIS { lock.unlock(); }

struct Locks {
    Spinlock<Rank::pipe> pipe{"the pipe"};
    Spinlock<Rank::process> process{"the process"};
    Spinlock<Rank::process> other_process{"the other process"};
    Spinlock<Rank::frames> frames{"the frames"};
};

TEST(SpinlockTest, a_lock_excludes) {
    Spinlock<Rank::frames> lock("counter");
    int counter = 0;  // by the lock
    {
        std::vector<std::jthread> threads;
        for (unsigned cpu = 1; cpu <= 4; ++cpu) {
            threads.emplace_back([&, cpu] {
                host::BoundCpu bound(cpu);
                for (int i = 0; i < 5'000; ++i) {
                    SpinGuard guard(lock);
                    const int before = counter;
                    // somebody else's turn, in the middle of ours
                    if (i % 16 == 0) {
                        std::this_thread::yield();
                    }
                    counter = before + 1;
                }
            });
        }
    }
    EXPECT_EQ(counter, 20'000);
}

TEST(SpinlockTest, a_cpu_knows_what_it_holds_and_only_that) {
    Locks locks;
    SpinGuard guard(locks.process);
    EXPECT_TRUE(locks.process.held_here());
    EXPECT_FALSE(locks.other_process.held_here());
    host::BoundCpu bound(7);
    EXPECT_FALSE(locks.process.held_here());
}

TEST(SpinlockTest, ranks_may_rise) {
    Locks locks;
    SpinGuard pipe(locks.pipe);
    SpinGuard process(locks.process);
    SpinGuard frames(locks.frames);
    EXPECT_TRUE(locks.pipe.held_here() && locks.process.held_here() && locks.frames.held_here());
    EXPECT_EQ(this_cpu_locks().held_count, 3u);
}

TEST(SpinlockTest, once_given_a_lock_no_longer_bars_lower_ranks) {
    Locks locks;
    {
        SpinGuard frames(locks.frames);
    }
    SpinGuard pipe(locks.pipe);
    EXPECT_EQ(this_cpu_locks().held_count, 1u);
}

TEST(SpinlockTest, locks_may_be_given_in_any_order) {
    Locks locks;
    take(locks.pipe);
    take(locks.process);
    take(locks.frames);
    give(locks.process);
    EXPECT_FALSE(locks.process.held_here());
    EXPECT_TRUE(locks.pipe.held_here() && locks.frames.held_here());
    give(locks.frames);
    take(locks.process);  // above the pipe, which alone is left
    give(locks.pipe);
    give(locks.process);
    EXPECT_EQ(this_cpu_locks().held_count, 0u);
    EXPECT_EQ(this_cpu_locks().off_depth, 0u);
}

TEST(SpinlockTest, each_cpu_has_ranks_of_its_own) {
    Locks locks;
    SpinGuard frames(locks.frames);
    host::BoundCpu bound(5);
    SpinGuard pipe(locks.pipe);
    EXPECT_EQ(this_cpu_locks().held_count, 1u);
}

TEST(SpinlockTest, interrupts_stay_off_until_the_last_scope_ends) {
    EXPECT_EQ(this_cpu_locks().off_depth, 0u);
    {
        InterruptsOff outer;
        Spinlock<Rank::frames> lock("inner");
        {
            SpinGuard guard(lock);
            EXPECT_EQ(this_cpu_locks().off_depth, 2u);
        }
        EXPECT_EQ(this_cpu_locks().off_depth, 1u);
    }
    EXPECT_EQ(this_cpu_locks().off_depth, 0u);
}

TEST(SpinlockDeathTest, taking_a_lower_rank_panics_with_both_names) {
    Locks locks;
    EXPECT_DEATH(
        {
            take(locks.frames);
            take(locks.pipe);
        },
        "panic: .*the pipe.*the frames");
}

TEST(SpinlockDeathTest, taking_a_second_lock_of_one_rank_panics_with_both_names) {
    Locks locks;
    EXPECT_DEATH(
        {
            take(locks.process);
            take(locks.other_process);
        },
        "panic: .*the other process.*the process");
}

TEST(SpinlockDeathTest, taking_a_lock_twice_panics_instead_of_waiting_for_ever) {
    Locks locks;
    EXPECT_DEATH(
        {
            take(locks.process);
            take(locks.process);
        },
        "panic: .*the process");
}

TEST(SpinlockDeathTest, a_lower_rank_panics_even_when_a_lock_between_was_given) {
    Locks locks;
    EXPECT_DEATH(
        {
            take(locks.pipe);
            take(locks.frames);
            give(locks.pipe);
            take(locks.process);
        },
        "panic: .*the process.*the frames");
}

TEST(SpinlockDeathTest, giving_what_is_not_held_panics) {
    Locks locks;
    EXPECT_DEATH(give(locks.process), "panic: .*the process");
    EXPECT_DEATH(
        {
            take(locks.process);
            host::BoundCpu bound(3);
            give(locks.process);
        },
        "panic: .*the process");
}

TEST(SpinlockDeathTest, interrupts_cannot_be_turned_on_once_too_often) {
    EXPECT_DEATH(pop_interrupts_off(), "panic: interrupts");
}

}  // namespace
}  // namespace kernel
