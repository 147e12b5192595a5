// What the curves must show, whatever the kernel's exact instructions are.
#include "bench/priorities/mix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "bench/priorities/report.h"

namespace stampede::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<SampledProcess>& mix() {
    static const auto processes = run_mix(3);
    EXPECT_TRUE(processes) << processes.error().message;
    return *processes;
}

double mean_between(const SampledProcess& process, double begin, double end) {
    double sum = 0, count = 0;
    for (const PrioritySample& sample : process.samples) {
        if (sample.ms >= begin && sample.ms < end) {
            sum += sample.dynamic_priority;
            ++count;
        }
    }
    return sum / count;
}

std::vector<unsigned> static_priorities(const SampledProcess& process) {
    std::vector<unsigned> all;
    for (const PrioritySample& sample : process.samples) {
        if (all.empty() || all.back() != sample.static_priority) {
            all.push_back(sample.static_priority);
        }
    }
    return all;
}

TEST(PriorityMix, each_sample_is_the_sum_of_static_priority_and_index_up_to_100) {
    ASSERT_EQ(mix().size(), 3u);
    for (const SampledProcess& process : mix()) {
        EXPECT_GT(process.samples.size(), 250u) << process.name;
        for (const PrioritySample& sample : process.samples) {
            ASSERT_EQ(sample.dynamic_priority,
                      std::min(100u, sample.static_priority + sample.index))
                << process.name << " at " << sample.ms;
        }
    }
}

TEST(PriorityMix, who_sleeps_stands_before_who_computes) {
    const SampledProcess &computes = mix()[0], &sleeps = mix()[1];
    ASSERT_THAT((std::vector{computes.name, sleeps.name}), ElementsAre("computes", "sleeps"));
    EXPECT_LT(mean_between(sleeps, 50, 300), 60);
    EXPECT_GT(mean_between(computes, 50, 300), 65);
    // two slices give the index 100, one 75
    EXPECT_EQ(
        std::ranges::max(computes.samples, {}, &PrioritySample::dynamic_priority).dynamic_priority,
        100u);
    EXPECT_GE(sleeps.samples.back().turns, 2u);
    EXPECT_GE(computes.samples.back().turns, 8u);
}

TEST(PriorityMix, a_priority_set_midway_shows_from_then_on) {
    const SampledProcess& preferred = mix()[2];
    EXPECT_THAT(static_priorities(preferred), ElementsAre(50, 20));
    EXPECT_THAT(static_priorities(mix()[0]), ElementsAre(50));
    const auto set = std::ranges::find(preferred.samples, 20u, &PrioritySample::static_priority);
    EXPECT_GE(set->ms, 100);
    EXPECT_LT(set->ms, 120);
    EXPECT_LT(mean_between(preferred, 120, 300), mean_between(mix()[0], 120, 300) - 10);
}

TEST(PriorityMix, the_page_has_a_plot_of_all_and_one_of_each) {
    const std::string page = priorities_page(mix());
    std::size_t plots = 0;
    for (std::size_t at = page.find("<svg"); at != std::string::npos;
         at = page.find("<svg", at + 1)) {
        ++plots;
    }
    EXPECT_EQ(plots, 4u);
    EXPECT_THAT(page, HasSubstr("preferred: static priority 50, then 20"));
    EXPECT_THAT(page, HasSubstr(">200<"));
}

}  // namespace
}  // namespace stampede::bench
