#include "fuzz/campaign/slots/supervise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>

namespace stampede::campaign {
namespace {

using ::testing::ElementsAre;

Supervised run(
    const std::string& script, Limits limits, const StopWanted& stop = [] { return false; },
    const std::function<void(std::string_view)>& hear = {}) {
    const auto run = supervise({"sh", "-c", script}, {}, limits, stop, hear);
    EXPECT_TRUE(run.has_value()) << run.error().message;
    return run.value_or(Supervised{});
}

TEST(Supervise, one_that_ends_by_itself_tells_its_lines_and_status) {
    std::vector<std::string> lines;
    const Supervised one = run(
        "echo a; echo b >&2; exit 3", {}, [] { return false; },
        [&](std::string_view line) { lines.emplace_back(line); });
    EXPECT_EQ(one.end, Supervised::End::ByItself);
    EXPECT_EQ(one.status, 3);
    EXPECT_EQ(one.tail, "a\nb\n");
    EXPECT_THAT(lines, ElementsAre("a", "b"));
}

TEST(Supervise, one_that_takes_too_long_is_asked) {
    const Supervised one =
        run("trap 'exit 72' INT; while :; do sleep 0.05; done", {.ask_s = 0.3, .kill_s = 60});
    EXPECT_EQ(one.end, Supervised::End::Asked);
    EXPECT_EQ(one.status, 72);
}

TEST(Supervise, one_that_does_not_listen_is_killed) {
    const Supervised one = run("trap '' INT; sleep 1000", {.ask_s = 0.1, .kill_s = 0.5});
    EXPECT_EQ(one.end, Supervised::End::Killed);
    EXPECT_EQ(one.status, 128 + SIGKILL);
    EXPECT_LT(one.seconds, 100);
}

TEST(Supervise, a_wish_to_stop_is_passed_on_at_once) {
    const Supervised one = run("trap 'exit 72' INT; while :; do sleep 0.05; done",
                               {.ask_s = 1000, .kill_s = 2000}, [] { return true; });
    EXPECT_EQ(one.end, Supervised::End::Asked);
    EXPECT_EQ(one.status, 72);
    EXPECT_LT(one.seconds, 100);
}

TEST(Supervise, of_much_output_the_end_is_kept) {
    const Supervised one = run("seq 100000; echo last", {});
    EXPECT_TRUE(one.tail.ends_with("100000\nlast\n"));
    EXPECT_LT(one.tail.size(), 20000u);
}

}  // namespace
}  // namespace stampede::campaign
