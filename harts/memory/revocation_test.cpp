#include "harts/memory/revocation.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace stampede {
namespace {

class RevocationTest : public testing::Test {
protected:
    static Ram make_ram() {
        auto ram = Ram::create(u64{2} << 20);
        EXPECT_TRUE(ram.has_value());
        return std::move(*ram);
    }
    RevocationTest() {
        for (u32 n = 0; n < points.size(); ++n) {
            revocation.attach(HartId{n}, points[n]);
        }
    }
    static void nothing() {}

    Ram ram = make_ram();
    PageAttributes attributes{ram};
    std::vector<SafePoint> points{3};
    Revocation revocation{attributes, 3};
};

TEST_F(RevocationTest, parked_harts_are_not_waited_for_and_sweep_before_they_run) {
    revocation.enter(points[0], nothing);
    unsigned own_sweeps = 0;
    // returns: nobody else runs
    revocation.revoke_write(points[0], 7, PageAttributes::code, [&] { ++own_sweeps; });
    EXPECT_EQ(own_sweeps, 1u);
    EXPECT_EQ(attributes.of(7), PageAttributes::code);
    EXPECT_EQ(attributes.of(6), 0);
    EXPECT_NE(points[1].alarm.load(), 0u);
    unsigned sweeps = 0;
    revocation.enter(points[1], [&] { ++sweeps; });
    EXPECT_EQ(sweeps, 1u);
    revocation.acknowledge(points[1], [&] { ++sweeps; });
    EXPECT_EQ(sweeps, 1u) << "once for one revocation";
    revocation.leave(points[1]);
    revocation.leave(points[0]);
}

TEST_F(RevocationTest, a_page_that_has_the_bit_is_not_revoked_again) {
    revocation.enter(points[0], nothing);
    revocation.revoke_write(points[0], 7, PageAttributes::code, nothing);
    unsigned sweeps = 0;
    revocation.revoke_write(points[0], 7, PageAttributes::code, [&] { ++sweeps; });
    EXPECT_EQ(sweeps, 0u);
    revocation.revoke_write(points[0], 7, PageAttributes::reservation, [&] { ++sweeps; });
    EXPECT_EQ(sweeps, 1u);
    EXPECT_EQ(attributes.of(7), PageAttributes::code | PageAttributes::reservation);
    revocation.leave(points[0]);
}

// Each "hart" stores through a write tag of its own as the interpreter does: compare the tag, then
// store, safe points in between. A marker that has revoked the page bumps it and must from then on
// see no fast store.
TEST_F(RevocationTest, no_fast_store_comes_after_a_revocation) {
    std::atomic<u64> word{0};
    std::atomic<u32> ready{0}, stop{0};
    std::vector<std::thread> harts;
    for (u32 n = 1; n < 3; ++n) {
        harts.emplace_back([&, n] {
            bool write_tag = false;
            const auto sweep = [&] { write_tag = write_tag && attributes.of(7) == 0; };
            revocation.enter(points[n], sweep);
            ready.fetch_add(1);
            while (stop.load(std::memory_order_relaxed) == 0) {
                for (int k = 0; k < 10; ++k) {
                    if (write_tag) {
                        word.store(1, std::memory_order_relaxed);
                    } else if (attributes.of(7) == 0) {
                        word.store(1, std::memory_order_relaxed);
                        write_tag = true;
                    }
                }
                if (points[n].alarm.exchange(0) != 0) {
                    revocation.acknowledge(points[n], sweep);
                }
            }
            revocation.leave(points[n]);
        });
    }
    revocation.enter(points[0], nothing);
    while (ready.load() != 2) {
        std::this_thread::yield();
    }
    u64 late = 0;
    for (int round = 0; round < 60; ++round) {
        revocation.revoke_write(points[0], 7, PageAttributes::code, nothing);
        word.store(0, std::memory_order_relaxed);
        for (int look = 0; look < 50; ++look) {
            late += word.load(std::memory_order_relaxed);
            cpu_relax();
        }
        revocation.exclusively(points[0], nothing,
                               [&] { attributes.clear(7, PageAttributes::code); });
        if (round % 8 == 0) {
            std::this_thread::yield();
        }
    }
    revocation.leave(points[0]);
    stop.store(1);
    for (std::thread& hart : harts) {
        hart.join();
    }
    EXPECT_EQ(late, 0u);
}

TEST_F(RevocationTest, markers_that_wait_for_each_other_all_come_through) {
    std::vector<std::thread> harts;
    std::atomic<u32> running{3};
    for (u32 n = 0; n < 3; ++n) {
        harts.emplace_back([&, n] {
            revocation.enter(points[n], nothing);
            for (u64 page = 0; page < 30; ++page) {
                revocation.revoke_write(points[n], page, static_cast<u8>(1 << (n % 2)), nothing);
                revocation.acknowledge(points[n], nothing);
            }
            revocation.leave(points[n]);
            running.fetch_sub(1);
        });
    }
    for (std::thread& hart : harts) {
        hart.join();
    }
    EXPECT_EQ(running.load(), 0u);
    for (u64 page = 0; page < 30; ++page) {
        EXPECT_EQ(attributes.of(page), 3);
    }
}

}  // namespace
}  // namespace stampede
