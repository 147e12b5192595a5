#include "stress/options/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stress/options/option_table.h"
#include "stress/options/quantity.h"

namespace stampede {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

std::expected<Options, EarlyExit> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "stress");
    return parse_options(static_cast<int>(words.size()), words.data());
}

Options parsed(std::vector<const char*> words) {
    auto options = parse(std::move(words));
    EXPECT_TRUE(options) << options.error().text;
    return options.value_or(Options{});
}

// The text of a refusal, whose status must be 1.
std::string refused(std::vector<const char*> words) {
    const auto options = parse(std::move(words));
    if (options) {
        return "accepted";
    }
    EXPECT_EQ(options.error().status, ExitStatus::Unusable);
    return options.error().text;
}

TEST(Options, a_schedule_that_replays_is_a_replay) {
    const Options options = parsed({"--schedule", "replay:findings/f", "--times", "3"});
    EXPECT_EQ(options.replay, "findings/f");
    EXPECT_EQ(options.given, (std::set<std::string>{"replay", "times"}))
        << "the schedule is the file's";
    EXPECT_THAT(refused({"--schedule", "replay:f", "--replay", "g"}),
                HasSubstr("--schedule replay:f and --replay g: expected one of them"));
}

TEST(Options, what_is_not_said_has_a_default) {
    const Options options = parsed({"forkbomb"});
    EXPECT_EQ(options.task, Task::Run);
    EXPECT_EQ(options.workload, "forkbomb");
    EXPECT_GE(options.cpus, 2u);
    EXPECT_EQ(options.memory, u64{128} << 20);
    EXPECT_EQ(options.duration, seconds(10));
    EXPECT_EQ(options.time_limit(), seconds(70));
    EXPECT_EQ(options.policy, "kmem");
    EXPECT_EQ(options.time, TimeMode::Host);
}

TEST(Options, everything_can_be_said) {
    const Options options =
        parsed({"--cpus",     "8",          "--memory", "1G",        "--seed", "7",
                "--duration", "2m",         "--ops=5",  "--timeout", "90",     "--time",
                "warp",       "--policy",   "eager",    "--append",  "a b",    "--max-findings",
                "3",          "--findings", "f",        "--json",    "j",      "--junit",
                "x",          "--console",  "-",        "--trace",   "t",      "--sarif",
                "s",          "oom"});
    EXPECT_EQ(options.cpus, 8u);
    EXPECT_EQ(options.memory, u64{1} << 30);
    EXPECT_EQ(options.seed, 7u);
    EXPECT_EQ(options.duration, seconds(120));
    EXPECT_EQ(options.operations, 5u);
    EXPECT_EQ(options.time_limit(), seconds(90));
    EXPECT_EQ(options.time, TimeMode::Warp);
    EXPECT_EQ(options.policy, "eager");
    EXPECT_EQ(options.max_findings, 3u);
    EXPECT_EQ(options.findings_folder, "f");
    EXPECT_EQ(options.json, "j");
    EXPECT_EQ(options.junit, "x");
    EXPECT_EQ(options.sarif, "s");
    EXPECT_EQ(options.console, "-");
    EXPECT_EQ(options.trace, "t");
    EXPECT_EQ(options.words(), "seconds=120 seed=7 ops=5 a b");
}

TEST(Options, a_number_out_of_range_is_refused_with_the_range) {
    EXPECT_THAT(refused({"--cpus", "0", "x"}),
                HasSubstr("--cpus: 0: expected a number from 1 to 64"));
    EXPECT_THAT(refused({"--cpus", "65", "x"}), HasSubstr("from 1 to 64"));
    EXPECT_THAT(refused({"--cpus", "eight", "x"}), HasSubstr("eight"));
    EXPECT_THAT(refused({"--cpus", "-1", "x"}), HasSubstr("from 1 to 64"));
    EXPECT_THAT(refused({"--memory", "1M", "x"}), HasSubstr("from 2M to 64G"));
    EXPECT_THAT(refused({"--memory", "65G", "x"}), HasSubstr("from 2M to 64G"));
    EXPECT_THAT(refused({"--memory", "99999999999999999999G", "x"}), HasSubstr("from 2M to 64G"));
    EXPECT_THAT(refused({"--memory", "3M", "x"}), HasSubstr("a multiple of 2M"));
    EXPECT_THAT(refused({"--duration", "0", "x"}), HasSubstr("from 1s to 604800s"));
    EXPECT_THAT(refused({"--duration", "10d", "x"}), HasSubstr("whole s, m or h"));
    EXPECT_THAT(refused({"--ops", "0", "x"}), HasSubstr("from 1 to"));
    EXPECT_THAT(refused({"--time", "fast", "x"}), HasSubstr("expected host or warp"));
    EXPECT_THAT(refused({"--max-findings", "0", "x"}), HasSubstr("from 1 to"));
}

TEST(Options, unusable_command_lines_end_with_status_1) {
    EXPECT_THAT(refused({}), HasSubstr("which workload?"));
    EXPECT_THAT(refused({"--times", "3", "forkbomb"}),
                HasSubstr("--times: expected with --replay"));
    EXPECT_THAT(refused({"--minimize", "forkbomb"}), HasSubstr("--minimize: where to?"));
    EXPECT_THAT(refused({"--minimize", "--findings", "d", "forkbomb"}),
                HasSubstr("a parallel run does not repeat"));
    EXPECT_THAT(refused({"--search", "3s", "--schedule", "random", "forkbomb"}),
                HasSubstr("--search with --schedule: expected for one parallel run"));
    EXPECT_THAT(refused({"--schedule-seed", "3", "forkbomb"}),
                HasSubstr("--schedule-seed: expected with a repeatable"));
    EXPECT_THAT(refused({"--replay", "f", "shell"}),
                HasSubstr("shell: what somebody types is in no replay file"));
    EXPECT_THAT(refused({"--replay", "f", "--times", "3", "--minimize"}),
                HasSubstr("--times with --minimize: expected with --replay, and without"));
    EXPECT_THAT(refused({"--fail-allocation", "3", "--fail-allocations", "forkbomb"}),
                HasSubstr("--fail-allocation with --fail-allocations: expected for one run"));
    EXPECT_THAT(refused({"--fail-allocations", "--search", "3s", "forkbomb"}),
                HasSubstr("--search with --fail-allocations: expected for one"));
    EXPECT_THAT(refused({"--fail-allocations", "--minimize", "--findings", "d", "forkbomb"}),
                HasSubstr("a parallel run does not repeat"));
    EXPECT_THAT(refused({"--time", "warp", "--schedule", "random", "forkbomb"}),
                HasSubstr("--time with --schedule: expected with a parallel run"));
    EXPECT_THAT(refused({"--no-such-thing", "x"}), HasSubstr("--no-such-thing"));
    EXPECT_THAT(refused({"--cpus"}), HasSubstr("--cpus"));
    EXPECT_THAT(refused({"one", "two"}), HasSubstr("two"));
}

TEST(Options, help_and_version_are_no_errors) {
    for (const char* word : {"--help", "--version"}) {
        const auto options = parse({word});
        ASSERT_FALSE(options);
        EXPECT_EQ(options.error().status, ExitStatus::Passed);
        EXPECT_THAT(options.error().text, HasSubstr("stress"));
    }
}

TEST(Options, shell_and_list_are_tasks_of_their_own) {
    EXPECT_EQ(parsed({"--list"}).task, Task::List);
    EXPECT_EQ(parsed({"shell"}).task, Task::Shell);
    EXPECT_EQ(parsed({"shell"}).time_limit(), std::nullopt);
    EXPECT_EQ(parsed({"shell", "--timeout", "5s"}).time_limit(), seconds(5));
    EXPECT_THAT(parsed({"shell"}).words(), testing::Not(HasSubstr("seconds=")));
}

TEST(Options, what_a_shell_and_a_list_have_no_use_for_is_refused) {
    for (const char* option : {"--duration", "--ops", "--fail-allocation"}) {
        EXPECT_THAT(refused({option, "3", "shell"}),
                    HasSubstr(std::string(option) + " with shell: expected "));
    }
    EXPECT_THAT(refused({"--fail-allocations", "shell"}),
                HasSubstr("--fail-allocations with shell: expected with a workload"));
    EXPECT_THAT(refused({"--list", "--cpus", "3", "--race"}),
                HasSubstr("--list with --cpus and --race: it runs nothing"));
    EXPECT_THAT(refused({"--list", "forkbomb"}),
                HasSubstr("--list with workload: it runs nothing"));
}

TEST(Options, help_names_every_option_with_its_shape) {
    const std::string help = parse({"--help"}).error().text;
    for (const OptionRow& row : option_rows()) {
        const std::string spelling = row.is_positional() ? std::string(row.shape) : row.spelling();
        EXPECT_THAT(help, HasSubstr("  " + spelling +
                                    (row.is_flag() || row.is_positional()
                                         ? " "
                                         : " " + std::string(row.shape) + " ")));
    }
}

TEST(Options, the_seed_is_another_one_each_time) {
    EXPECT_NE(parsed({"x"}).seed, parsed({"x"}).seed);
}

TEST(Options, the_rerun_says_what_has_a_part_in_the_run_and_nothing_else) {
    EXPECT_THAT(
        parsed({"--cpus", "4", "--seed", "9", "--json", "j", "--sarif", "s", "forkbomb"})
            .rerun("bin/stress"),
        ElementsAre("bin/stress", "--cpus", "4", "--seed", "9", "--policy", "kmem", "forkbomb"));
}

TEST(Options, the_rerun_parses_to_the_same_run) {
    const Options options = parsed(
        {"--cpus",   "3",        "--memory",       "64M", "--seed",  "11",   "--duration", "3s",
         "--ops",    "12",       "--timeout",      "1h",  "--time",  "warp", "--policy",   "p",
         "--append", "it's new", "--max-findings", "2",   "cowstorm"});
    std::vector<std::string> words = options.rerun("stress");
    std::vector<const char*> again;
    for (std::size_t n = 1; n < words.size(); ++n) {
        again.push_back(words[n].c_str());
    }
    const Options second = parsed(again);
    EXPECT_EQ(second.rerun("stress"), words);
    EXPECT_EQ(second.words(), options.words());
    EXPECT_EQ(second.memory, options.memory);
    EXPECT_EQ(second.time, TimeMode::Warp);
    EXPECT_EQ(second.time_limit(), seconds(3600));
}

TEST(Quantity, sizes_are_written_as_short_as_they_can_be_read) {
    EXPECT_EQ(size_text(u64{128} << 20), "128M");
    EXPECT_EQ(size_text(u64{3} << 30), "3G");
    EXPECT_EQ(size_text(1536), "1536");
    EXPECT_EQ(parse_size("1536", 0, 4096).value(), 1536u);
    EXPECT_EQ(parse_size("2K", 0, 4096).value(), 2048u);
    EXPECT_FALSE(parse_size("", 0, 4096));
    EXPECT_FALSE(parse_size("K", 0, 4096));
    EXPECT_FALSE(parse_size("1 K", 0, 4096));
}

}  // namespace
}  // namespace stampede
