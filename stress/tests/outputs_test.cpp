// Where a command writes, and what it says when it cannot: nothing is lost in silence, and nothing
// is green that did not run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "stress/tests/child.h"

namespace stampede {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class OutputsTest : public testing::Test {
protected:
    OutputsTest()
        : folder_(std::filesystem::path(testing::TempDir()) /
                  ("outputs-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~OutputsTest() override { std::filesystem::remove_all(folder_); }

    // Lines for bash: $B is the command, $S with a short run's options, $D a folder.
    [[nodiscard]] ChildResult shell(const std::string& script) const {
        return run_child({"/bin/bash", "-c",
                          "B='" STAMPEDE_STRESS "' S='" STAMPEDE_STRESS " --cpus 2 --ops 20' D=" +
                              folder_.string() + "\n" + script});
    }
    [[nodiscard]] std::string content(const std::string& name) const {
        std::ostringstream bytes;
        bytes << std::ifstream(folder_ / name).rdbuf();
        return bytes.str();
    }
    [[nodiscard]] nlohmann::json json(const std::string& name) const {
        return nlohmann::json::parse(content(name));
    }

    const std::filesystem::path folder_;
};

TEST_F(OutputsTest, what_is_no_file_is_written_into) {
    const ChildResult run = shell(
        "ln -s target $D/link\n"
        "mknod $D/null c 1 3 2>/dev/null || ln -s /dev/null $D/null\n"
        "mkfifo $D/fifo; cat $D/fifo >$D/read &\n"
        "$S --json $D/link --junit $D/null --sarif $D/fifo forkbomb >/dev/null; echo $?; wait");
    EXPECT_EQ(run.out, "0\n") << run.err;
    EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link"));
    EXPECT_EQ(json("target").at("verdict"), "passed");
    EXPECT_TRUE(std::filesystem::is_character_file(folder_ / "null"));
    EXPECT_TRUE(std::filesystem::is_fifo(folder_ / "fifo"));
    EXPECT_TRUE(json("read").contains("runs"));
}

TEST_F(OutputsTest, a_report_may_go_to_stdout_and_to_a_program) {
    for (const char* place : {"-", "/dev/stdout"}) {
        const ChildResult run = shell("$S --json " + std::string(place) + " forkbomb");
        EXPECT_EQ(run.status, 0) << run.err;
        EXPECT_THAT(run.out, AllOf(HasSubstr("\"verdict\": \"passed\""), HasSubstr("oracles  ")));
    }
    const ChildResult piped = shell(
        "$S --json >(wc -c >$D/bytes) forkbomb >/dev/null; echo $?\n"
        "while [[ ! -s $D/bytes ]]; do sleep 0.1; done");
    EXPECT_EQ(piped.out, "0\n") << piped.err;
    EXPECT_GT(std::stoul(content("bytes")), 500u);
    // A file behind /dev/stdout keeps what was there.
    EXPECT_EQ(shell("echo before >$D/log; $S --json /dev/stdout forkbomb >>$D/log").status, 0);
    EXPECT_THAT(content("log"),
                AllOf(StartsWith("before\nforkbomb: passed"), HasSubstr("verdict")));
}

TEST_F(OutputsTest, one_report_that_cannot_be_written_keeps_no_other_from_being) {
    const ChildResult run =
        shell("$S --json /dev/full --junit $D/junit --sarif $D/sarif forkbomb; echo $?");
    EXPECT_THAT(run.out, HasSubstr("\n1\n"));
    EXPECT_THAT(run.err, ContainsRegex("^stress: /dev/full: .*No space left"));
    EXPECT_THAT(content("junit"), HasSubstr("<testsuite"));
    EXPECT_TRUE(json("sarif").contains("runs"));
}

TEST_F(OutputsTest, a_place_that_cannot_be_is_refused_before_the_run) {
    const auto refused = [&](const std::string& words) {
        const ChildResult run = shell("$S --duration 8h " + words + " forkbomb");
        EXPECT_EQ(run.status, 1) << words;
        EXPECT_THAT(run.out, IsEmpty());
        return run.err;
    };
    EXPECT_THAT(refused("--json $D/absent/x"),
                ContainsRegex("--json .*/absent/x: cannot be written: its folder: No"));
    EXPECT_THAT(refused("--junit $D"), HasSubstr("is a folder, a file is expected"));
    EXPECT_THAT(refused("--sarif $D/x --console $D/x"),
                ContainsRegex("--sarif and --console are both to be .*/x: a file each"));
    EXPECT_THAT(refused("--json $D/x --trace $D/./x"), HasSubstr("--json and --trace are both"));
    EXPECT_THAT(refused("--findings /dev/null/found"), HasSubstr("--findings /dev/null/found: "));
    EXPECT_THAT(refused("--console $(mkfifo $D/fifo; echo $D/fifo)"),
                HasSubstr("fifo: nobody reads from it"));
}

TEST_F(OutputsTest, what_could_not_be_written_is_told) {
    for (const char* words : {"--console /dev/full", "--trace /dev/full"}) {
        const ChildResult run = shell("$S --json $D/json " + std::string(words) + " forkbomb");
        EXPECT_EQ(run.status, 1) << words;
        EXPECT_THAT(run.err, ContainsRegex("/dev/full: not all could be written: No space left"));
        EXPECT_EQ(json("json").at("verdict"), "passed");
    }
    for (const char* words : {"$S forkbomb", "$B --list", "$B --help"}) {
        const ChildResult run = shell(std::string(words) + " >/dev/full");
        EXPECT_EQ(run.status, 1) << words << run.err;
        EXPECT_THAT(run.err, HasSubstr("stress: stdout: not all could be written"));
    }
}

TEST_F(OutputsTest, a_reader_that_goes_or_sleeps_ends_no_run) {
    const ChildResult gone =
        shell("$S --json $D/json --console - cowtest | head -1; echo ${PIPESTATUS[0]}");
    EXPECT_THAT(gone.out, HasSubstr("\n0\n")) << gone.err;
    EXPECT_EQ(json("json").at("verdict"), "passed");
    const ChildResult sleeps = shell(
        "mkfifo $D/fifo; sleep 60 <$D/fifo & sleep 0.2\n"
        "$B --cpus 2 --ops 2000 --trace $D/fifo --json $D/json forkbomb >/dev/null; echo $?; kill "
        "%1");
    EXPECT_EQ(sleeps.out, "1\n");
    EXPECT_THAT(sleeps.err, HasSubstr("fifo: not all could be written: "));
    EXPECT_EQ(json("json").at("operations").at("forkbomb"), 2000);
}

TEST_F(OutputsTest, what_the_host_lacks_is_named_in_the_reports_too) {
    const auto lacking = [&](const std::string& script) {
        const ChildResult run = shell(script + " --json $D/json forkbomb");
        EXPECT_EQ(run.status, 3) << script << run.out << run.err;
        return run.err;
    };
    EXPECT_THAT(lacking("ulimit -v 150000; $S"), HasSubstr("no memory left"));
    EXPECT_EQ(json("json").at("verdict"), "error");
    EXPECT_THAT(shell("ulimit -s 64; $S forkbomb").err, HasSubstr("64 kB of stack (ulimit -s)"));
    EXPECT_EQ(shell("ulimit -s 64; $S forkbomb").status, 3);
    if (std::string(STAMPEDE_RACES) == "yes") {
        std::filesystem::remove(folder_ / "json");
        EXPECT_THAT(lacking("ulimit -v 1000000; $S --race"), HasSubstr("1000000 kB of address"));
        EXPECT_EQ(json("json").at("verdict"), "error");
        // Whatever ends the runtime: not as if all had passed.
        EXPECT_EQ(shell("ulimit -v 1000000; " STAMPEDE_STRESS "-race --race forkbomb").status, 3);
    }
}

TEST_F(OutputsTest, replays_that_could_not_run_have_not_failed_to_show) {
    const ChildResult found = shell(
        "$B --cpus 4 --schedule random:50 --policy seeded_bug_unlocked_counts --ops 600 --seed 2 "
        "--findings $D/found forkbomb >/dev/null; ls -d $D/found/*/ | head -1");
    const std::string finding = found.out.substr(0, found.out.find('\n'));
    ASSERT_THAT(finding, HasSubstr("/found/"));
    // There, a machine has no memory; here, a run in it has none.
    for (const char* limit : {"100000", "150000"}) {
        const std::string limited = "ulimit -v " + std::string(limit) + "; $B --replay " + finding;
        const ChildResult times = shell(limited + " --times 3");
        EXPECT_EQ(times.status, 3) << times.err;
        EXPECT_THAT(times.out, HasSubstr("\n3 of 3 could not run: "));
        const ChildResult smaller = shell(limited + " --minimize --json $D/json");
        EXPECT_EQ(smaller.status, 3) << smaller.err;
        EXPECT_THAT(smaller.out, StartsWith("could not run: "));
        EXPECT_EQ(json("json").at("verdict"), "error");
    }
    EXPECT_EQ(shell("$B --times 2 --replay " + finding).status, 2);
}

TEST_F(OutputsTest, a_replay_file_that_says_what_no_option_takes_is_refused) {
    const ChildResult found = shell(
        "$B --cpus 4 --schedule random:50 --policy seeded_bug_unlocked_counts --ops 600 --seed 2 "
        "--findings $D/found forkbomb >/dev/null; cat $(ls -d $D/found/*/ | head -1)replay");
    ASSERT_THAT(found.out, StartsWith("stampede-replay"));
    std::ofstream(folder_ / "replay") << found.out;
    for (const char* line : {"workload shell", "workload check-up", "memory 3", "cpus 1000"}) {
        const std::string key(line, std::string_view(line).find(' '));
        const ChildResult run = shell("sed 's/^" + key + " .*/" + line +
                                      "/' $D/replay >$D/other; $B --replay $D/other");
        EXPECT_EQ(run.status, 1) << line << run.out;
        EXPECT_THAT(run.err, AllOf(HasSubstr("/other:"), HasSubstr(key)));
    }
    EXPECT_EQ(shell("$B --replay $D/replay").status, 2);
}

TEST_F(OutputsTest, signals_that_were_ignored_stay_so) {
    const ChildResult run = shell(
        "trap '' HUP INT; $B --cpus 2 --ops 5000 forkbomb >$D/out & sleep 0.3\n"
        "kill -HUP $!; kill -INT $!; wait $!; echo $?");
    EXPECT_EQ(run.out, "0\n") << run.err;
    EXPECT_THAT(content("out"), StartsWith("forkbomb: passed"));
}

}  // namespace
}  // namespace stampede
