#include "harts/schedule/perturbation.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

namespace stampede {
namespace {

constexpr HartId a{0}, b{1};
constexpr Perturbation some{.seed = 3,
                            .failed_store_conditionals = 64,
                            .evicted_translations = 64,
                            .early_timers = 64,
                            .late_interrupts = 64};

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

TEST(PerturbationTest, once_in_1024_is_no_more_often) {
    Perturbations seldom({.seed = 3, .failed_store_conditionals = 1});
    unsigned failed = 0;
    for (unsigned n = 0; n < 256 * Perturbation::whole; ++n) {
        failed += seldom.fail_store_conditional(a) ? 1 : 0;
    }
    EXPECT_NEAR(failed, 256, 80);  // five standard deviations
}

TEST(PerturbationTest, a_late_interrupt_is_noticed_1_to_256_instructions_later) {
    Perturbations always({.seed = 3, .late_interrupts = Perturbation::whole});
    std::set<u64> delays;
    for (unsigned n = 0; n < 5'000; ++n) {
        delays.insert(always.interrupt_delay(a));
    }
    EXPECT_EQ(delays.size(), 256u);
    EXPECT_EQ(*delays.begin(), 1u);
    EXPECT_EQ(*delays.rbegin(), 256u);
}

// Each kind's decisions, alone and with all others between them: neither the same numbers nor the
// same counts.
TEST(PerturbationTest, kinds_have_nothing_to_do_with_each_other) {
    using Decide = bool (*)(Perturbations&);
    constexpr Decide kinds[] = {[](Perturbations& all) { return all.fail_store_conditional(a); },
                                [](Perturbations& all) { return all.evict_translation(a); },
                                [](Perturbations& all) { return all.interrupt_delay(a) != 0; }};
    std::array<std::vector<bool>, 3> alone, together;
    Perturbations mixed(some);
    for (std::size_t kind = 0; kind < 3; ++kind) {
        Perturbations single(some);
        for (unsigned n = 0; n < 500; ++n) {
            alone[kind].push_back(kinds[kind](single));
        }
    }
    for (unsigned n = 0; n < 500; ++n) {
        for (std::size_t kind = 0; kind < 3; ++kind) {
            together[kind].push_back(kinds[kind](mixed));
        }
    }
    EXPECT_EQ(together, alone);
    EXPECT_NE(alone[0], alone[1]);
    EXPECT_NE(alone[1], alone[2]);
    EXPECT_NE(alone[2], alone[0]);
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

TEST(PerturbationTest, early_timers_are_anywhere_in_a_stretch_and_each_hart_has_its_own) {
    Perturbations both(some), single(some);
    std::array<u64, 4> quarters{};
    std::vector<u64> of_a, of_b;
    for (u64 at_a = 0, at_b = 0, alone = 0; of_a.size() < 400;) {
        of_a.push_back(at_a = both.next_early_timer(a, at_a));
        of_b.push_back(at_b = both.next_early_timer(b, at_b));
        ASSERT_EQ(at_a, alone = single.next_early_timer(a, alone));
        ++quarters[at_a % 1024 / 256];
    }
    EXPECT_NE(of_a, of_b);
    for (const u64 times : quarters) {
        EXPECT_NEAR(static_cast<double>(times), 100, 45);  // five standard deviations
    }
}

TEST(PerturbationTest, where_every_stretch_has_an_early_timer_none_is_left_out) {
    Perturbations always({.seed = 3, .early_timers = Perturbation::whole});
    u64 at = 0;
    for (u64 stretch = 0; stretch < 1'000; ++stretch) {
        at = always.next_early_timer(a, at);
        ASSERT_EQ((at - 1) / 1024, stretch);
    }
}

}  // namespace
}  // namespace stampede
