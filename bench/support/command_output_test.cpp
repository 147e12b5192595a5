#include "bench/support/command_output.h"

#include <gmock/gmock.h>

namespace stampede::bench {
namespace {

using testing::HasSubstr;

std::vector<std::string> shell(const std::string& script) { return {"sh", "-c", script}; }
const std::string burn = "n=0; while [ $n -lt 200000 ]; do n=$((n+1)); done; ";

TEST(CommandOutput, sums_the_numbers_of_as_many_lines_as_are_asked_for) {
    const auto span =
        time_between(shell("echo 'E 1'; echo S a; echo 'E 3'; echo other; echo 'E 4'; echo 'E 5'"),
                     {"S", "E (\\d+)", 2});
    ASSERT_TRUE(span) << span.error().message;
    EXPECT_EQ(span->sum, 7);
}

TEST(CommandOutput, times_what_is_done_between_the_lines_only) {
    const auto before = time_between(shell(burn + "echo S; echo 'E 1'"), {"S", "E (\\d+)"});
    const auto between = time_between(shell("echo S; " + burn + "echo 'E 1'"), {"S", "E (\\d+)"});
    const auto until_the_last =
        time_between(shell("echo S; echo 'E 1'; " + burn + "echo 'E 1'"), {"S", "E (\\d+)", 2});
    const auto behind = time_between(shell("echo S; echo 'E 1'; " + burn), {"S", "E (\\d+)"});
    ASSERT_TRUE(before && between && until_the_last && behind);
    EXPECT_GT(between->cpu_s, 4 * before->cpu_s);
    EXPECT_GT(until_the_last->cpu_s, 4 * behind->cpu_s);
}

TEST(CommandOutput, names_what_did_not_come) {
    const auto no_beginning = time_between(shell("echo 'E 1'"), {"S", "E (\\d+)"});
    ASSERT_FALSE(no_beginning);
    EXPECT_THAT(no_beginning.error().message, HasSubstr("'S'"));
    const auto too_few = time_between(shell("echo S; echo 'E 1'"), {"S", "E (\\d+)", 3});
    ASSERT_FALSE(too_few);
    EXPECT_THAT(too_few.error().message, HasSubstr("2 more lines"));
    const auto failed = time_between(shell("echo S; echo 'E 1'; exit 3"), {"S", "E (\\d+)"});
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().message, HasSubstr("exit status 3"));
}

}  // namespace
}  // namespace stampede::bench
