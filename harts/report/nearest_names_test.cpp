#include "harts/report/nearest_names.h"

#include <gmock/gmock.h>

namespace stampede {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> workloads{"cowtest",  "simplefork", "fault", "forkbomb",
                                         "cowstorm", "copyout",    "oom",   "shell"};

TEST(EditDistance, counts_insertions_deletions_replacements_and_swaps) {
    EXPECT_EQ(edit_distance("", ""), 0u);
    EXPECT_EQ(edit_distance("abc", ""), 3u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("forkbomb", "forkbmob"), 1u);
    EXPECT_EQ(edit_distance("flaw", "lawn"), 2u);
    EXPECT_EQ(edit_distance("ca", "abc"), 3u);  // optimal string alignment: no edit inside a swap
}

TEST(NearestNames, a_slip_of_the_finger_is_understood) {
    EXPECT_THAT(nearest_names("forkbom", workloads), ElementsAre("forkbomb"));
    EXPECT_THAT(nearest_names("forkbmob", workloads), ElementsAre("forkbomb"));
    EXPECT_THAT(nearest_names("FORKBOMB", workloads), ElementsAre("forkbomb"));
    EXPECT_THAT(nearest_names("shel", workloads), ElementsAre("shell"));
}

TEST(NearestNames, a_beginning_is_enough) {
    EXPECT_THAT(nearest_names("cow", workloads), ElementsAre("cowtest", "cowstorm"));
    EXPECT_THAT(nearest_names("forkbomb-8-harts", workloads), ElementsAre("forkbomb"));
}

TEST(NearestNames, nearest_comes_first_and_no_more_than_the_limit) {
    EXPECT_THAT(nearest_names("ab", std::vector<std::string>{"abcd", "abc", "abx", "ab-"}, 2),
                ElementsAre("abc", "abx"));
}

TEST(NearestNames, what_resembles_nothing_gets_no_suggestion) {
    EXPECT_THAT(nearest_names("zzzz", workloads), IsEmpty());
    EXPECT_THAT(nearest_names("", workloads), IsEmpty());
    EXPECT_THAT(nearest_names("x", std::vector<std::string>{}), IsEmpty());
}

TEST(NearestNames, a_refusal_names_what_is_near_if_anything_is) {
    EXPECT_EQ(no_such_name("workload", "cow", workloads),
              "there is no workload cow; near: cowtest, cowstorm");
    EXPECT_EQ(no_such_name("workload", "zzzzzz", workloads), "there is no workload zzzzzz");
}

}  // namespace
}  // namespace stampede
