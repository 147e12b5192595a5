#include "bench/bugs/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "bench/bugs/temporary_folder.h"
#include "bench/bugs/test_results.h"

namespace stampede::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const CellResult found = found_result({"unlocked_counts", "pct:3", 2}, 1.25, {2, 1, 1, 1});
const CellResult missed = missed_result({"lost_wakeup", "parallel", 1}, 60);

TEST(State, what_is_written_is_read_back) {
    const auto state =
        parse_state(configuration_line("60 s") + cell_line(found) + cell_line(missed), "x");
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(state->configuration, "60 s");
    EXPECT_THAT(state->results, ElementsAre(found, missed));
}

TEST(State, a_line_cut_short_by_a_kill_is_left_out_and_others_are_told) {
    const std::string line = cell_line(missed);
    const auto cut =
        parse_state(configuration_line("60 s") + cell_line(found) + line.substr(0, 20), "x");
    ASSERT_TRUE(cut);
    EXPECT_THAT(cut->results, ElementsAre(found));
    EXPECT_THAT(
        parse_state(configuration_line("60 s") + line.substr(0, 20) + "\n", "x").error().message,
        HasSubstr("x, line 2"));
}

TEST(State, a_sweep_goes_on_where_it_was_killed) {
    const auto folder = TemporaryFolder::create("bench_bugs_test");
    ASSERT_TRUE(folder);
    const auto file = folder->path() / "state";
    {
        const auto first = StateFile::open(file, "60 s", false);
        ASSERT_TRUE(first);
        ASSERT_TRUE(first->add(found));
        std::ofstream(file, std::ios::app) << "{\"bug\":";
    }
    const auto second = StateFile::open(file, "60 s", true);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_THAT(second->earlier(), ElementsAre(found));
    ASSERT_TRUE(second->add(missed));
    EXPECT_THAT(StateFile::open(file, "60 s", true)->earlier(), ElementsAre(found, missed));
    EXPECT_THAT(StateFile::open(file, "4 s", true).error().message,
                HasSubstr("60 s, expected of 4 s"));
    EXPECT_THAT(StateFile::open(file, "60 s", false).error().message, HasSubstr("--resume"));
}

TEST(State, without_a_path_nothing_is_kept) {
    const auto nowhere = StateFile::open("", "60 s", false);
    ASSERT_TRUE(nowhere);
    EXPECT_TRUE(nowhere->add(found));
}

}  // namespace
}  // namespace stampede::bench
