// Several CPUs at one frame; built once for each policy.
#include <gmock/gmock.h>

#include <array>
#include <atomic>
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
    std::atomic<unsigned> ready = 0;   // written by all, read by all: a barrier
    std::vector<std::jthread> threads;
    for (unsigned cpu = 0; cpu < cpus; ++cpu) {
        threads.emplace_back([&, cpu] {
            host::BoundCpu bound(cpu + 1);
            ready.fetch_add(1);
            while (ready.load() < cpus) std::this_thread::yield();
            work(cpu);
        });
    }
}

TEST(PolicyConcurrency, no_change_of_a_count_is_lost) {
    if (!policy::shares_on_fork) GTEST_SKIP() << policy::name << " shares nothing";
    Machine machine(64);
    Frame& frame = *policy::allocate(FrameOwner::user);
    std::atomic<int> wrong = 0;
    on_cpus(4, [&](unsigned) {
        for (int i = 0; i < 20'000; ++i) {
            if (!policy::share(frame) || policy::drop(frame)) ++wrong;   // never the last: ours remains
        }
    });
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(policy::count(frame), 1u);
    EXPECT_TRUE(policy::drop(frame));
}

// Whether a reference is the last is decided where it is dropped: exactly one CPU drops the last one.
TEST(PolicyConcurrency, of_cpus_that_drop_one_frame_at_once_exactly_one_frees_it) {
    if (!policy::shares_on_fork) GTEST_SKIP() << policy::name << " shares nothing";
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
                if (policy::drop(*frame)) freed.fetch_add(1, std::memory_order_relaxed);   // read after the join only
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
                if (!frame) continue;
                *bytes_of(*frame) = std::byte(cpu);
                mine.push_back(frame);
            }
            for (Frame* frame : mine) {
                if (*bytes_of(*frame) != std::byte(cpu) || !policy::drop(*frame)) ++wrong;
            }
        }
    });
    EXPECT_EQ(wrong, 0);
    EXPECT_THAT(violations({}), testing::IsEmpty());
    EXPECT_EQ(policy::frames_in_use(), 0u);
}

// Both sharers of a frame write at once: whoever sees whom, in the end each has one of its own and none is lost.
TEST(PolicyConcurrency, two_sharers_that_write_at_once_end_with_a_frame_each) {
    if (!policy::shares_on_fork) GTEST_SKIP() << policy::name << " shares nothing";
    constexpr int rounds = 5'000;
    Machine machine(64);
    Frame* shared = nullptr;                 // written by the first CPU between rounds; the barrier orders it
    Frame* mine[2] = {};
    std::atomic<int> arrived = 0, wrong = 0;
    auto meet = [&](int turn) {
        arrived.fetch_add(1);
        while (arrived.load() < 2 * turn) std::this_thread::yield();
    };
    on_cpus(2, [&](unsigned cpu) {
        int turn = 0;
        for (int round = 0; round < rounds; ++round) {
            if (cpu == 0) {
                shared = policy::allocate(FrameOwner::user);
                if (!policy::share(*shared)) ++wrong;
            }
            meet(++turn);
            auto unique = policy::make_unique(*shared);
            mine[cpu] = unique.value();
            if (mine[cpu] != shared) policy::drop(*shared);
            meet(++turn);
            if (cpu == 0) {
                policy::settle();
                if (mine[0] == mine[1] || policy::frames_in_use() != 2) ++wrong;
                if (policy::count(*mine[0]) != 1 || policy::count(*mine[1]) != 1) ++wrong;
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
