#include "harts/schedule/schedule_spec.h"

#include <gtest/gtest.h>

namespace stampede {
namespace {

ScheduleSpec parsed(std::string_view words) {
    const Result<ScheduleSpec> spec = ScheduleSpec::parse(words);
    EXPECT_TRUE(spec.has_value()) << (spec ? "" : spec.error().message);
    return spec.value_or(ScheduleSpec{});
}

TEST(ScheduleSpecTest, what_is_left_out_has_a_standard) {
    EXPECT_EQ(parsed("round-robin").text(), "round-robin:1000");
    EXPECT_EQ(parsed("random").text(), "random:1000");
    EXPECT_EQ(parsed("pct:3").text(), "pct:3:2000");
    EXPECT_EQ(parsed("parallel").text(), "parallel");
}

TEST(ScheduleSpecTest, random_and_pct_perturb_the_guest_unasked_and_round_robin_does_not) {
    for (const char* words : {"random", "pct:2"}) {
        const Perturbation often = parsed(words).perturbation(5);
        EXPECT_EQ(often.seed, 5u);
        EXPECT_TRUE(often.failed_store_conditionals && often.evicted_translations &&
                    often.early_timers && often.late_interrupts);
    }
    EXPECT_EQ(parsed("round-robin:10").often, Perturbation{});
    EXPECT_EQ(parsed("random,sc=0,evict=0,timer=0,late=0").often, Perturbation{});
}

TEST(ScheduleSpecTest, the_text_of_a_spec_gives_the_same_spec) {
    for (const char* words : {"parallel", "round-robin:7", "random:1000", "pct:3:50",
                              "random:1000,sc=16,evict=0,timer=1024,late=1",
                              "round-robin:1000,timer=4", "pct:16:1000000000,sc=0"}) {
        const ScheduleSpec spec = parsed(words);
        EXPECT_EQ(spec.text(), words);
        EXPECT_EQ(parsed(spec.text()), spec);
    }
}

TEST(ScheduleSpecTest, a_schedule_is_a_function_of_the_seed) {
    for (const char* words : {"random:1000", "pct:2:50"}) {
        const auto turns = [&](u64 seed) {
            const auto schedule = parsed(words).make(seed, 4);
            std::vector<std::pair<u32, u64>> all;
            for (unsigned n = 0; n < 50; ++n) {
                const Turn turn = schedule->next(0b1111);
                all.emplace_back(turn.hart.value, std::min(turn.events, turn.instructions));
                schedule->ran({turn.hart, turn.instructions, std::min<u64>(turn.events, 50),
                               StopReason::Budget});
            }
            return all;
        };
        EXPECT_EQ(turns(1), turns(1)) << words;
        EXPECT_NE(turns(1), turns(2)) << words;
    }
}

TEST(ScheduleSpecTest, a_schedule_has_the_figures_of_its_spec) {
    EXPECT_EQ(parsed("parallel").make(1, 2), nullptr);
    EXPECT_EQ(parsed("round-robin:7").make(1, 2)->next(1).instructions, 7u);
    EXPECT_EQ(parsed("pct:1:50").make(1, 2)->next(1).events, 50u);
}

TEST(ScheduleSpecTest, errors_name_what_was_found_and_what_is_expected) {
    const std::pair<const char*, const char*> wrong[] = {
        {"",
         "schedule : expected parallel, round-robin[:INSTRUCTIONS], random[:INSTRUCTIONS] or "
         "pct:DEPTH[:EVENTS]"},
        {"pct",
         "schedule pct: expected parallel, round-robin[:INSTRUCTIONS], random[:INSTRUCTIONS] or "
         "pct:DEPTH[:EVENTS]"},
        {"random:1:2",
         "schedule random:1:2: expected parallel, round-robin[:INSTRUCTIONS], "
         "random[:INSTRUCTIONS] or pct:DEPTH[:EVENTS]"},
        {"random:0", "schedule random:0: 0 is no number of instructions from 1 to 1000000000"},
        {"pct:17", "schedule pct:17: 17 is no depth from 1 to 16"},
        {"pct:2:x", "schedule pct:2:x: x is no number of events from 1 to 1000000000"},
        {"random,sc=1025", "schedule random,sc=1025: 1025 is no sc of 1024 from 0 to 1024"},
        {"random,timer=", "schedule random,timer=: nothing is no timer of 1024 from 0 to 1024"},
        {"random,clock=3",
         "schedule random,clock=3: found clock=3, expected sc=N, evict=N, timer=N or late=N"},
        {"random,", "schedule random,: found nothing, expected sc=N, evict=N, timer=N or late=N"},
        {"parallel,sc=1", "schedule parallel,sc=1: parallel perturbs nobody"},
    };
    for (const auto& [words, message] : wrong) {
        const Result<ScheduleSpec> spec = ScheduleSpec::parse(words);
        ASSERT_FALSE(spec.has_value()) << words;
        EXPECT_EQ(spec.error().message, message);
    }
}

}  // namespace
}  // namespace stampede
