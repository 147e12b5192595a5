// The hammer under ThreadSanitizer: sound policies are silent, and counts changed without their
// lock are reported.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <string>

namespace kernel::test {
namespace {

struct Outcome {
    int exit_status = -1;  // -1: ended by a signal
    std::string output;    // both streams
};

// The hammers stand beside this program. `timeout` is a guard against a hammer whose counts are
// wrong and that hangs.
Outcome hammer(const std::string& policy, unsigned operations, unsigned seed) {
    const auto folder = std::filesystem::canonical("/proc/self/exe").parent_path();
    const std::string command =
        "ulimit -c 0; TSAN_OPTIONS='external_symbolizer_path=" SYMBOLIZER
        " exitcode=66 halt_on_error=0 history_size=100 atexit_sleep_ms=0 report_signal_unsafe=0'"
        " timeout -s KILL 120 '" +
        (folder / ("kernel_hammer_tsan_" + policy)).string() + "' " + std::to_string(operations) +
        " " + std::to_string(seed) + " 2>&1";
    Outcome outcome;
    std::FILE* pipe = popen(command.c_str(), "r");
    if (!pipe) {
        return outcome;
    }
    char piece[4096];
    while (std::size_t bytes = std::fread(piece, 1, sizeof piece, pipe)) {
        outcome.output.append(piece, bytes);
    }
    const int status = pclose(pipe);
    if (WIFEXITED(status)) {
        outcome.exit_status = WEXITSTATUS(status);
    }
    return outcome;
}

class SoundPolicy : public testing::TestWithParam<const char*> {};

TEST_P(SoundPolicy, is_silent_and_consistent_under_the_hammer) {
    for (unsigned seed : {1u, 2u}) {
        const Outcome outcome = hammer(GetParam(), 20'000, seed);
        EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
        EXPECT_THAT(outcome.output, testing::Not(testing::HasSubstr("ThreadSanitizer")));
        // it did run to its end
        EXPECT_THAT(outcome.output, testing::HasSubstr("operations on each of 4 CPUs"));
    }
}

INSTANTIATE_TEST_SUITE_P(Policies, SoundPolicy, testing::Values(SOUND_POLICIES),
                         [](const auto& policy) { return std::string(policy.param); });

// What happens after the first lost count is anybody's guess; that a function of the counts is
// named is not.
TEST(SeededPolicy, counts_changed_without_their_lock_are_reported) {
    const Outcome outcome = hammer("seeded_bug_unlocked_counts", 4'000, 1);
    EXPECT_NE(outcome.exit_status, 0);
    EXPECT_THAT(
        outcome.output,
        testing::ContainsRegex(
            "SUMMARY: ThreadSanitizer: data race [^\n]*seeded_bugs/unlocked_counts.cpp[^\n]* in "
            "kernel::policy::(share|drop|make_unique)\\("));
}

}  // namespace
}  // namespace kernel::test
