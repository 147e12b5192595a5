#include "fuzz/campaign/slots/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

namespace stampede::campaign {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;

const std::vector<SlotKind> all_kinds{SlotKind::Fuzz,         SlotKind::FuzzRace,
                                      SlotKind::FuzzParallel, SlotKind::FuzzRaceParallel,
                                      SlotKind::Stress,       SlotKind::FailAllocations};

PlanSetup setup() {
    return {.kinds = all_kinds,
            .policies = {"kmem", "eager"},
            .harts = {2, 4, 8},
            .workloads = {"forkbomb", "cowstorm", "oom"},
            .bearing = {"forkbomb", "cowstorm"}};
}

std::vector<SlotKind> kinds_of(const std::vector<Slot>& slots) {
    std::vector<SlotKind> kinds;
    for (const Slot& slot : slots) {
        kinds.push_back(slot.kind);
    }
    return kinds;
}

TEST(Plan, the_first_slots_are_one_of_each_kind) {
    const auto first = kinds_of(plan(setup(), all_kinds.size()));
    EXPECT_EQ(std::set(first.begin(), first.end()).size(), all_kinds.size());
}

TEST(Plan, in_the_long_run_each_kind_has_its_share_of_the_time) {
    std::map<SlotKind, double> seconds;
    double all = 0;
    for (const Slot& slot : plan(setup(), 2000)) {
        seconds[slot.kind] += slot.seconds;
        all += slot.seconds;
    }
    for (const Share& share : shares) {
        EXPECT_NEAR(100 * seconds[share.kind] / all, share.percent, 0.5) << share.name;
    }
}

TEST(Plan, a_kind_that_cannot_be_done_leaves_its_time_to_the_others) {
    PlanSetup without = setup();
    without.kinds = {SlotKind::Fuzz, SlotKind::FuzzParallel};
    std::map<SlotKind, unsigned> count;
    for (const Slot& slot : plan(without, 700)) {
        ++count[slot.kind];
    }
    EXPECT_EQ(count.size(), 2u);
    EXPECT_NEAR(count[SlotKind::Fuzz], 600, 2);
}

TEST(Plan, every_combination_of_stress_comes_once_before_any_comes_again) {
    PlanSetup only = setup();
    only.kinds = {SlotKind::Stress};
    const std::size_t combinations = 2 * 3 * 3 * 4;
    std::set<std::tuple<std::string, unsigned, std::string, std::string>> seen;
    for (const Slot& slot : plan(only, combinations)) {
        seen.emplace(slot.policy, slot.harts, slot.workload, slot.mode);
    }
    EXPECT_EQ(seen.size(), combinations);
}

TEST(Plan, what_does_not_go_together_never_comes) {
    PlanSetup only = setup();
    only.kinds = {SlotKind::Stress};
    only.unfit = {{"eager", "oom"}};
    unsigned kmem = 0;
    for (const Slot& slot : plan(only, 144)) {
        EXPECT_FALSE(slot.policy == "eager" && slot.workload == "oom");
        kmem += slot.policy == "kmem" && slot.workload == "oom" ? 1 : 0;
    }
    EXPECT_EQ(kmem, 24u);
}

TEST(Plan, what_stands_behind_a_workload_that_does_not_go_may_not_go_either) {
    PlanSetup only = setup();
    only.kinds = {SlotKind::Stress};
    only.unfit = {{"eager", "cowstorm"}, {"eager", "oom"}};
    for (const Slot& slot : plan(only, 144)) {
        EXPECT_TRUE(slot.policy != "eager" || slot.workload == "forkbomb") << slot.workload;
    }
}

TEST(Plan, fuzz_slots_visit_every_policy_and_number_of_harts) {
    PlanSetup only = setup();
    only.kinds = {SlotKind::Fuzz};
    std::set<std::pair<std::string, unsigned>> seen;
    for (const Slot& slot : plan(only, 6)) {
        seen.emplace(slot.policy, slot.harts);
    }
    EXPECT_EQ(seen.size(), 6u);
}

TEST(Plan, a_slot_is_the_same_however_many_follow) {
    const auto few = plan(setup(), 10), many = plan(setup(), 300);
    for (std::size_t n = 0; n < few.size(); ++n) {
        EXPECT_EQ(few[n].number, n);
        EXPECT_EQ(std::tie(few[n].kind, few[n].policy, few[n].harts, few[n].workload),
                  std::tie(many[n].kind, many[n].policy, many[n].harts, many[n].workload));
    }
}

TEST(Plan, fault_injection_takes_only_workloads_that_bear_it) {
    PlanSetup only = setup();
    only.kinds = {SlotKind::FailAllocations};
    only.bearing = {"cowstorm"};
    EXPECT_THAT(plan(only, 8), Each(Field(&Slot::workload, "cowstorm")));
}

TEST(Plan, slots_of_short_campaigns_are_short) {
    EXPECT_EQ(slot_seconds(8 * 3600, 2), 60);
    EXPECT_EQ(slot_seconds(180, 2), 18);
    EXPECT_EQ(slot_seconds(1, 1), 4);
}

TEST(Plan, a_slots_name_leads_back_to_it) {
    for (const Slot& slot : plan(setup(), 12)) {
        const auto again = slot_named(slot_name(slot));
        ASSERT_TRUE(again.has_value()) << slot_name(slot);
        EXPECT_EQ(std::tie(again->number, again->kind, again->policy, again->harts),
                  std::tie(slot.number, slot.kind, slot.policy, slot.harts));
    }
    for (const char* name :
         {"", "12", "12.fuzz", "12.fuzz.kmem", "x.fuzz.kmem.2", "12.fuzzing.kmem.2",
          "12.fuzz.kmem.", "12.fuzz.kmem.0", "12.fuzz.kmem.2x", "minimise.kmem"}) {
        EXPECT_FALSE(slot_named(name).has_value()) << name;
    }
}

TEST(Plan, kinds_have_names_that_lead_back_to_them) {
    for (const SlotKind kind : all_kinds) {
        EXPECT_EQ(slot_kind_named(name_of(kind)), kind);
    }
    EXPECT_EQ(slot_kind_named("fuzzing"), std::nullopt);
}

}  // namespace
}  // namespace stampede::campaign
