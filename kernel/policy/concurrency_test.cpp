// Several CPUs at one frame; built once for each policy.
#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "kernel/tests/consistency.h"
#include "kernel/tests/machine.h"

namespace kernel::test {
namespace {

// `work(cpu)` on `cpus` threads, each a CPU; all begin together.
template <class Work>
void on_cpus(unsigned cpus, Work work) {
    std::atomic<unsigned> ready = 0;  // written by all, read by all: a barrier
    std::vector<std::jthread> threads;
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        threads.emplace_back([&, cpu] {
            host::BoundCpu bound(cpu + 1);
            ready.fetch_add(1);
            while (ready.load() < cpus) {
                std::this_thread::yield();
            }
            work(cpu);
        });
    }
}

TEST(PolicyConcurrency, no_change_of_a_count_is_lost) {
    if (!policy::shares_on_fork) {
        GTEST_SKIP() << policy::name << " shares nothing";
    }
    Machine machine(64);
    Frame& frame = *policy::allocate(FrameOwner::user);
    std::atomic<int> wrong = 0;
    on_cpus(4, [&](unsigned) {
        for (int i = 0; i < 20'000; ++i) {
            // never the last: ours remains
            if (!policy::share(frame) || policy::drop(frame)) {
                ++wrong;
            }
        }
    });
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(policy::count(frame), 1u);
    EXPECT_TRUE(policy::drop(frame));
}

// Whether a reference is the last is decided where it is dropped: exactly one CPU drops the last
// one.
TEST(PolicyConcurrency, of_cpus_that_drop_one_frame_at_once_exactly_one_frees_it) {
    if (!policy::shares_on_fork) {
        GTEST_SKIP() << policy::name << " shares nothing";
    }
    constexpr unsigned cpus = 2, rounds = 100, frames = 200;
    Machine machine(256);
    std::array<Frame*, frames> shared{};
    std::atomic<int> freed = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        for (Frame*& frame : shared) {
            frame = policy::allocate(FrameOwner::user);
            ASSERT_TRUE(policy::share(*frame));
        }
        on_cpus(cpus, [&](unsigned) {
            for (Frame* frame : shared) {
                // read after the join only
                if (policy::drop(*frame)) {
                    freed.fetch_add(1, std::memory_order_relaxed);
                }
            }
        });
        policy::settle();
        ASSERT_EQ(policy::frames_in_use(), 0u);
    }
    EXPECT_EQ(freed, rounds * frames);
}

TEST(PolicyConcurrency, no_frame_is_given_to_two) {
    Machine machine(64);
    std::atomic<int> wrong = 0;
    on_cpus(4, [&](unsigned cpu) {
        for (int i = 0; i < 5'000; ++i) {
            std::vector<Frame*> mine;
            for (int n = 0; n < 5; ++n) {
                Frame* frame = policy::allocate(FrameOwner::user);
                if (!frame) {
                    continue;
                }
                *bytes_of(*frame) = std::byte(cpu);
                mine.push_back(frame);
            }
            for (Frame* frame : mine) {
                if (*bytes_of(*frame) != std::byte(cpu) || !policy::drop(*frame)) {
                    ++wrong;
                }
            }
        }
    });
    EXPECT_EQ(wrong, 0);
    EXPECT_THAT(violations({}), testing::IsEmpty());
    EXPECT_EQ(policy::frames_in_use(), 0u);
}

// Two CPUs drop frames and two others take them: there is one for each that has been asked for, so
// nobody may be told that there is none, wherever the free ones are just then. The CPUs' numbers
// lie apart, for the sake of policies that look from one to the next.
TEST(PolicyConcurrency, a_frame_that_is_free_is_found_wherever_it_is) {
    constexpr int taken_in_all = 60'000;
    constexpr unsigned numbers[] = {1, 20, 40, 50};
    Machine machine(64);
    std::mutex lock;
    std::vector<Frame*> held;  // under the lock
    std::atomic<int> free = 0, wanted = taken_in_all, takers = 2, refused = 0;
    while (Frame* frame = policy::allocate(FrameOwner::user)) {
        held.push_back(frame);
    }
    const std::size_t all = held.size();
    auto take = [&] {
        while (wanted.fetch_sub(1) > 0) {
            // none for us: what was taken off is given back
            while (free.fetch_sub(1) <= 0) {
                free.fetch_add(1);
                std::this_thread::yield();
            }
            Frame* frame = policy::allocate(FrameOwner::user);
            for (int tries = 0; !frame && tries < 1'000; ++tries, ++refused) {
                frame = policy::allocate(FrameOwner::user);
            }
            const std::lock_guard guard(lock);
            if (frame) {
                held.push_back(frame);
            } else {
                wanted = 0;  // lost, not late
            }
        }
        --takers;
    };
    auto drop = [&] {
        while (takers.load() > 0) {
            Frame* frame = nullptr;
            {
                const std::lock_guard guard(lock);
                if (!held.empty()) {
                    frame = held.back();
                }
                if (frame) {
                    held.pop_back();
                }
            }
            if (!frame) {
                std::this_thread::yield();
                continue;
            }
            policy::drop(*frame);
            free.fetch_add(1);
        }
    };
    on_cpus(4, [&](unsigned cpu) {
        host::BoundCpu bound(numbers[cpu]);
        cpu % 2 ? take() : drop();
    });
    EXPECT_EQ(refused, 0);
    EXPECT_LE(held.size(), all);
    for (Frame* frame : held) {
        policy::drop(*frame);
    }
    policy::settle();
    EXPECT_THAT(violations({}), testing::IsEmpty());
    EXPECT_EQ(policy::frames_in_use(), 0u);
}

// Both sharers of a frame write at once: whoever sees whom, in the end each has one of its own and
// none is lost.
TEST(PolicyConcurrency, two_sharers_that_write_at_once_end_with_a_frame_each) {
    if (!policy::shares_on_fork) {
        GTEST_SKIP() << policy::name << " shares nothing";
    }
    constexpr int rounds = 5'000;
    Machine machine(64);
    // written by the first CPU between rounds; the barrier orders it
    Frame* shared = nullptr;
    Frame* mine[2] = {};
    std::atomic<int> arrived = 0, wrong = 0;
    auto meet = [&](int turn) {
        arrived.fetch_add(1);
        while (arrived.load() < 2 * turn) {
            std::this_thread::yield();
        }
    };
    on_cpus(2, [&](unsigned cpu) {
        int turn = 0;
        for (int round = 0; round < rounds; ++round) {
            if (cpu == 0) {
                shared = policy::allocate(FrameOwner::user);
                if (!policy::share(*shared)) {
                    ++wrong;
                }
            }
            meet(++turn);
            auto unique = policy::make_unique(*shared);
            mine[cpu] = unique.value();
            if (mine[cpu] != shared) {
                policy::drop(*shared);
            }
            meet(++turn);
            if (cpu == 0) {
                policy::settle();
                if (mine[0] == mine[1] || policy::frames_in_use() != 2) {
                    ++wrong;
                }
                if (policy::count(*mine[0]) != 1 || policy::count(*mine[1]) != 1) {
                    ++wrong;
                }
                policy::drop(*mine[0]);
                policy::drop(*mine[1]);
            }
            meet(++turn);
        }
    });
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(policy::frames_in_use(), 0u);
}

}  // namespace
}  // namespace kernel::test
