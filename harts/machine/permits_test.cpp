#include "harts/machine/permits.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace stampede {
namespace {

using Standing = Permits::Standing;
using Why = Permits::Why;

// Harts that wait in line do so on threads of their own; the order of their turns is written down.
class PermitsTest : public testing::Test {
protected:
    ~PermitsTest() override {
        for (std::thread& thread : threads) {
            thread.join();
        }
    }
    // A thread that waits for a permit, notes its turn and gives the permit back. Returns when it
    // stands in line: the first of its standing that does.
    void line_up(Permits& permits, u32 hart, Standing standing) {
        threads.emplace_back([this, &permits, hart, standing] {
            permits.acquire(HartId{hart}, standing);
            {
                const FutexGuard guard(lock);
                order.push_back(hart);
            }
            permits.release();
        });
        while (!(standing == Standing::Normal ? permits.normal_waiting() : permits.contended())) {
            std::this_thread::yield();
        }
    }
    void join_all() {
        for (std::thread& thread : threads) {
            thread.join();
        }
        threads.clear();
    }

    FutexLock lock;
    std::vector<u32> order;
    std::vector<std::thread> threads;
};

TEST_F(PermitsTest, as_many_harts_run_as_there_are_permits) {
    Permits permits(2, 5);
    std::atomic<u32> running{0}, most{0};
    for (u32 n = 0; n < 5; ++n) {
        threads.emplace_back([&, n] {
            for (int round = 0; round < 50; ++round) {
                permits.acquire(HartId{n}, n % 2 == 0 ? Standing::Normal : Standing::Low);
                for (int turn = 0; turn < 3; ++turn) {
                    const u32 now = running.fetch_add(1) + 1;
                    u32 seen = most.load();
                    while (seen < now && !most.compare_exchange_weak(seen, now)) {
                    }
                    running.fetch_sub(1);
                    (void)permits.yield(HartId{n}, Standing::Normal,
                                        turn == 0 ? Why::Spinning : Why::SliceOver);
                }
                permits.release();
            }
        });
    }
    join_all();
    EXPECT_LE(most.load(), 2u);
    EXPECT_FALSE(permits.contended()) << "nobody is left in line";
    permits.acquire(HartId{0}, Standing::Normal);  // both permits are back
    permits.acquire(HartId{1}, Standing::Normal);
}

TEST_F(PermitsTest, without_others_in_line_a_hart_keeps_its_permit) {
    Permits permits(1, 2);
    permits.acquire(HartId{0}, Standing::Normal);
    EXPECT_FALSE(permits.yield(HartId{0}, Standing::Normal, Why::SliceOver));
    EXPECT_FALSE(permits.yield(HartId{0}, Standing::Low, Why::Spinning));
    EXPECT_FALSE(permits.contended());
}

TEST_F(PermitsTest, normal_harts_go_before_low_ones) {
    Permits permits(1, 4);
    permits.acquire(HartId{0}, Standing::Normal);
    line_up(permits, 1, Standing::Low);
    line_up(permits, 2, Standing::Normal);
    EXPECT_TRUE(permits.normal_waiting());
    permits.release();
    join_all();
    EXPECT_EQ(order, (std::vector<u32>{2, 1}));
}

TEST_F(PermitsTest, a_slice_that_is_over_makes_way_for_low_harts_one_time_in_sixteen) {
    Permits permits(1, 2);
    permits.acquire(HartId{0}, Standing::Normal);
    line_up(permits, 1, Standing::Low);
    EXPECT_FALSE(permits.normal_waiting());
    unsigned kept = 0;
    while (!permits.yield(HartId{0}, Standing::Normal, Why::SliceOver)) {
        ASSERT_LT(++kept, 16u);
    }
    EXPECT_EQ(kept, 15u);
    EXPECT_EQ(order, (std::vector<u32>{1}));
    permits.release();
}

TEST_F(PermitsTest, a_spinning_hart_makes_way_for_a_low_one_at_once) {
    Permits permits(1, 2);
    permits.acquire(HartId{0}, Standing::Normal);
    line_up(permits, 1, Standing::Low);
    EXPECT_TRUE(permits.yield(HartId{0}, Standing::Normal, Why::Spinning));
    EXPECT_EQ(order, (std::vector<u32>{1}));
    permits.release();
}

}  // namespace
}  // namespace stampede
