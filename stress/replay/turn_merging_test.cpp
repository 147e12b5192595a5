#include "stress/replay/turn_merging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stampede {
namespace {

using testing::ElementsAre;

const std::vector<HartRun> turns{{0, 1}, {1, 2}, {0, 4}, {2, 8}, {1, 16}, {0, 32}};

TEST(TurnMerging, a_part_has_one_turn_a_hart_in_the_order_of_their_first) {
    EXPECT_THAT(merge_turns(turns, 0, 6),
                ElementsAre(HartRun{0, 37}, HartRun{1, 18}, HartRun{2, 8}));
    EXPECT_THAT(merge_turns(turns, 1, 5), ElementsAre(HartRun{0, 1}, HartRun{1, 18}, HartRun{0, 4},
                                                      HartRun{2, 8}, HartRun{0, 32}));
}

TEST(TurnMerging, neighbours_of_one_hart_become_one_across_the_parts_ends) {
    EXPECT_THAT(merge_turns(turns, 2, 5),
                ElementsAre(HartRun{0, 1}, HartRun{1, 2}, HartRun{0, 4}, HartRun{2, 8},
                            HartRun{1, 16}, HartRun{0, 32}));
    EXPECT_THAT(merge_turns(turns, 3, 6),
                ElementsAre(HartRun{0, 1}, HartRun{1, 2}, HartRun{0, 4}, HartRun{2, 8},
                            HartRun{1, 16}, HartRun{0, 32}));
    EXPECT_THAT(
        merge_turns(std::vector<HartRun>{{0, 1}, {1, 2}, {0, 3}, {1, 4}, {0, 5}}, 1, 3),
        ElementsAre(HartRun{0, 1}, HartRun{1, 2}, HartRun{0, 3}, HartRun{1, 4}, HartRun{0, 5}));
    EXPECT_THAT(merge_turns(std::vector<HartRun>{{0, 1}, {1, 2}, {0, 3}, {1, 4}}, 1, 4),
                ElementsAre(HartRun{0, 1}, HartRun{1, 6}, HartRun{0, 3}));
    EXPECT_THAT(merge_turns(std::vector<HartRun>{{1, 2}, {0, 3}, {1, 4}, {0, 5}}, 0, 3),
                ElementsAre(HartRun{1, 6}, HartRun{0, 8}));
    EXPECT_THAT(merge_turns(std::vector<HartRun>{{0, 1}, {0, 2}, {1, 4}}, 1, 3),
                ElementsAre(HartRun{0, 3}, HartRun{1, 4}));
    EXPECT_THAT(merge_turns(std::vector<HartRun>{{0, 1}, {1, 2}, {0, 3}}, 0, 2),
                ElementsAre(HartRun{0, 1}, HartRun{1, 2}, HartRun{0, 3}));
}

TEST(TurnMerging, ends_beyond_the_list_are_its_end) {
    EXPECT_THAT(merge_turns(turns, 4, 100),
                ElementsAre(HartRun{0, 1}, HartRun{1, 2}, HartRun{0, 4}, HartRun{2, 8},
                            HartRun{1, 16}, HartRun{0, 32}));
    EXPECT_THAT(merge_turns(turns, 100, 2), testing::SizeIs(6));
}

}  // namespace
}  // namespace stampede
