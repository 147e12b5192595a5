#include "bench/priorities/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(PrioritySamples, each_process_has_its_own_by_time) {
    const auto processes = read_samples(
        "hart 0 starting\nsample 5000 a 50 25 75 1\nsample 5010 b 60 0 60 2\r\nsample 20000 a 20 "
        "100 100 3\npriorities: ok\n");
    ASSERT_TRUE(processes) << processes.error().message;
    ASSERT_EQ(processes->size(), 2u);
    EXPECT_EQ((*processes)[0].name, "a");
    EXPECT_THAT((*processes)[0].samples, ElementsAre(PrioritySample{0.5, 50, 25, 75, 1},
                                                     PrioritySample{2, 20, 100, 100, 3}));
    EXPECT_EQ((*processes)[1].name, "b");
    EXPECT_THAT((*processes)[1].samples, ElementsAre(PrioritySample{0.501, 60, 0, 60, 2}));
}

TEST(PrioritySamples, a_line_that_is_none_is_shown) {
    for (const char* line :
         {"sample 5000 a 50 25 75", "sample 5000 a 50 25 x 1", "sample 5000 a 50 25 75 1 2"}) {
        const auto processes = read_samples(std::string("sample 1 a 50 25 75 1\n") + line + "\n");
        ASSERT_FALSE(processes) << line;
        EXPECT_THAT(processes.error().message, HasSubstr(line));
    }
}

TEST(PrioritySamples, a_guest_without_any_says_why) {
    const auto processes = read_samples("priorities: there are none without scheduler=pbs\n");
    ASSERT_FALSE(processes);
    EXPECT_THAT(processes.error().message, HasSubstr("none without scheduler=pbs"));
}

}  // namespace
}  // namespace stampede::bench
