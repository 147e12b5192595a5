#include "harts/schedule/perturbation.h"

#include <gtest/gtest.h>

#include <vector>

namespace stampede {
namespace {

constexpr HartId a{0}, b{1};
constexpr Perturbation some{.seed = 3, .failed_store_conditionals = 64, .evicted_translations = 64, .early_timers = 64, .late_interrupts = 64};

TEST(PerturbationTest, nothing_happens_unasked) {
    Perturbations none(Perturbation{.seed = 3});
    for (unsigned n = 0; n < 5'000; ++n) {
        ASSERT_FALSE(none.fail_store_conditional(a) || none.evict_translation(a));
        ASSERT_EQ(none.interrupt_delay(a), 0u);
    }
    EXPECT_EQ(none.next_early_timer(a, 12), ~u64{0});
}

TEST(PerturbationTest, happens_as_often_as_was_asked) {
    Perturbations all(some);
    unsigned failed = 0, evicted = 0, late = 0;
    constexpr unsigned tries = 64'000;
    for (unsigned n = 0; n < tries; ++n) {
        failed += all.fail_store_conditional(a) ? 1 : 0;
        evicted += all.evict_translation(a) ? 1 : 0;
        const u64 delay = all.interrupt_delay(a);
        late += delay != 0 ? 1 : 0;
        EXPECT_LE(delay, 256u);
    }
    for (const unsigned times : {failed, evicted, late}) {
        EXPECT_NEAR(times, tries / 16, 310);  // five standard deviations
    }
}

TEST(PerturbationTest, a_decision_depends_on_seed_hart_and_ordinal_alone) {
    const auto failures = [](const Perturbation& often, HartId hart, bool others) {
        Perturbations all(often);
        std::vector<bool> decisions;
        for (unsigned n = 0; n < 500; ++n) {
            if (others) {
                (void)all.fail_store_conditional(HartId{hart.value + 1});
                (void)all.evict_translation(hart);
            }
            decisions.push_back(all.fail_store_conditional(hart));
        }
        return decisions;
    };
    const auto first = failures(some, a, false);
    EXPECT_EQ(failures(some, a, true), first);
    EXPECT_NE(failures(some, b, false), first);
    Perturbation other = some;
    other.seed = 4;
    EXPECT_NE(failures(other, a, false), first);
}

// Wherever a hart's turns end, it meets the same instructions.
TEST(PerturbationTest, early_timers_do_not_depend_on_where_one_asks) {
    Perturbations whole(some);
    std::vector<u64> points;
    for (u64 at = 0; points.size() < 200;) {
        points.push_back(at = whole.next_early_timer(a, at));
    }
    Perturbations cut(some);
    std::size_t n = 0;
    for (u64 executed = 0; n < points.size(); executed += 7) {
        while (n < points.size() && points[n] <= executed) {
            ++n;
        }
        if (n < points.size()) {
            ASSERT_EQ(cut.next_early_timer(a, executed), points[n]);
        }
    }
    EXPECT_NEAR(static_cast<double>(points.back()) / 200, 1024.0 * 16, 1024.0 * 6);
}

}  // namespace
}  // namespace stampede
