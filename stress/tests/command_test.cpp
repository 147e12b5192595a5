// The `stress` program as people and scripts use it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "stress/tests/child.h"

namespace stampede {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string program = STAMPEDE_STRESS;

ChildResult stress(std::vector<std::string> words, const std::string& input = "",
                   const std::function<bool(int, const std::string&)>& while_running = {}) {
    words.insert(words.begin(), program);
    return run_child(words, input, while_running);
}

std::string last_line(std::string text) {
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    return text.substr(text.rfind('\n') + 1);
}

class CommandTest : public testing::Test {
protected:
    CommandTest()
        : folder_(std::filesystem::path(testing::TempDir()) /
                  ("stress-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~CommandTest() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }
    [[nodiscard]] std::string content(const std::string& name) const {
        std::ostringstream bytes;
        bytes << std::ifstream(folder_ / name).rdbuf();
        return bytes.str();
    }
    std::filesystem::path folder_;
};

TEST_F(CommandTest, a_passing_run_ends_with_0_and_a_table_and_no_progress_in_a_pipe) {
    const ChildResult run = stress({"--cpus", "2", "--seed", "5", "simplefork"});
    EXPECT_EQ(run.status, 0);
    EXPECT_THAT(run.out, StartsWith("simplefork: passed; audited, nothing leaked\n"));
    EXPECT_THAT(run.out,
                ContainsRegex("2 harts on [0-9]+ host cores, 128M, policy kmem, seed 5\n"));
    EXPECT_THAT(run.out, ContainsRegex("[0-9.]+ s wall, [0-9.]+ s CPU\n"));
    EXPECT_EQ(run.err, "");
}

TEST_F(CommandTest, a_failing_run_ends_with_2_and_the_command_that_repeats_it) {
    const ChildResult run =
        stress({"--cpus", "2", "--seed", "77", "--policy", "eager", "--append", "a b", "cowtest"});
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(last_line(run.out),
              program + " --cpus 2 --seed 77 --policy eager --append 'a b' cowtest");
    EXPECT_THAT(run.out, HasSubstr("in an order that is not repeated"));
    EXPECT_THAT(run.out, HasSubstr("check_failed: fork() failed"));
}

TEST_F(CommandTest, names_that_are_unknown_get_the_nearest_ones_and_1) {
    const ChildResult workload = stress({"forkbmob"});
    EXPECT_EQ(workload.status, 1);
    EXPECT_THAT(workload.err, HasSubstr("no workload forkbmob; near: forkbomb"));
    const ChildResult policy = stress({"--policy", "kmme", "forkbomb"});
    EXPECT_EQ(policy.status, 1);
    EXPECT_THAT(policy.err, HasSubstr("no policy kmme; near: kmem"));
    EXPECT_EQ(workload.out + policy.out, "");
}

TEST_F(CommandTest, a_number_out_of_range_and_too_little_memory_end_with_1_and_say_what_would_do) {
    const ChildResult cpus = stress({"--cpus", "65", "forkbomb"});
    EXPECT_EQ(cpus.status, 1);
    EXPECT_THAT(cpus.err, HasSubstr("from 1 to 64"));
    const ChildResult memory = stress({"--memory", "2M", "forkbomb"});
    EXPECT_EQ(memory.status, 1);
    EXPECT_THAT(memory.err, HasSubstr("kernel-kmem.elf"));
    EXPECT_THAT(memory.err, HasSubstr("2 MiB"));
}

TEST_F(CommandTest, the_list_names_workloads_and_policies) {
    const ChildResult list = stress({"--list"});
    EXPECT_EQ(list.status, 0);
    for (const char* name :
         {"  forkbomb  ", "  cowtest  ", "  shell  ", "  kmem\n", "  eager  [copies-at-fork]\n"}) {
        EXPECT_THAT(list.out, HasSubstr(name));
    }
    EXPECT_THAT(list.out, ContainsRegex("seeded_bug_unlocked_counts +counts changed"));
}

TEST_F(CommandTest, version_and_help_end_with_0) {
    EXPECT_EQ(stress({"--version"}).status, 0);
    const ChildResult help = stress({"--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.out, HasSubstr("--policy"));
}

TEST_F(CommandTest, reports_are_written_as_asked_for) {
    const ChildResult run = stress({"--cpus", "2", "--seed", "9", "--policy", "eager", "--json",
                                    path("run.json"), "--junit", path("run.xml"), "--sarif",
                                    path("run.sarif"), "--findings", path("findings"), "--console",
                                    path("console"), "--trace", path("trace"), "cowtest"});
    EXPECT_EQ(run.status, 2);
    const nlohmann::json report = nlohmann::json::parse(content("run.json"));
    EXPECT_EQ(report["schema"], "stampede.run/1");
    EXPECT_EQ(report["verdict"], "findings");
    EXPECT_EQ(report["exit_status"], 2);
    EXPECT_EQ(report["options"]["seed"], "9");
    EXPECT_EQ(report["command"].back(), "cowtest");
    EXPECT_EQ(report["instructions"].size(), 2u);
    ASSERT_EQ(report["findings"].size(), 1u);
    const nlohmann::json& finding = report["findings"][0];
    EXPECT_EQ(finding["kind"], "check_failed");
    EXPECT_EQ(finding["reproduce"].front(), program);
    const std::string key = finding["key"];
    for (const char* name : {"finding.json", "report.txt", "console.txt"}) {
        EXPECT_TRUE(std::filesystem::exists(folder_ / "findings" / key / name)) << name;
    }
    EXPECT_THAT(content("run.xml"), HasSubstr("<failure"));
    const nlohmann::json sarif = nlohmann::json::parse(content("run.sarif"));
    EXPECT_EQ(sarif["version"], "2.1.0");
    EXPECT_EQ(sarif["runs"][0]["results"][0]["ruleId"], "check_failed");
    EXPECT_EQ(sarif["runs"][0]["invocations"][0]["exitCode"], 2);
    EXPECT_THAT(content("console"), HasSubstr("simple: fork() failed\n"));
    EXPECT_THAT(content("trace"), HasSubstr("fork = -1\n"));
}

TEST_F(CommandTest, a_run_that_cannot_start_is_reported_too) {
    EXPECT_EQ(stress({"--json", path("run.json"), "--policy", "none", "forkbomb"}).status, 1);
    const nlohmann::json report = nlohmann::json::parse(content("run.json"));
    EXPECT_EQ(report["verdict"], "error");
    EXPECT_THAT(std::string(report["error"]), HasSubstr("no policy none"));
}

TEST_F(CommandTest, reports_that_cannot_be_written_end_with_1) {
    const ChildResult run =
        stress({"--cpus", "2", "--json", "/no/such/folder/run.json", "simplefork"});
    EXPECT_EQ(run.status, 1);
    EXPECT_THAT(run.err, HasSubstr("/no/such/folder/run.json"));
    const ChildResult console = stress({"--console", "/no/such/folder/console", "simplefork"});
    EXPECT_EQ(console.status, 1);
    EXPECT_THAT(console.err, HasSubstr("/no/such/folder/console"));
}

TEST_F(CommandTest, the_console_can_go_to_stdout) {
    EXPECT_THAT(stress({"--cpus", "1", "--console", "-", "simplefork"}).out,
                HasSubstr("driver: simplefork passed\nsimplefork: passed"));
}

TEST_F(CommandTest, ctrl_c_ends_a_run_with_its_summary_and_130) {
    bool sent = false;
    const ChildResult run =
        stress({"--cpus", "2", "--duration", "600s", "--console", "-", "forkbomb"}, "",
               [&](int pid, const std::string& out) {
                   if (out.find("stampede kernel") != std::string::npos) {
                       sent = ::kill(pid, SIGINT) == 0;
                   }
                   return !sent;
               });
    EXPECT_TRUE(sent);
    EXPECT_EQ(run.status, 130);
    EXPECT_THAT(run.out, HasSubstr("forkbomb: interrupted; not audited\n"));
    EXPECT_THAT(run.out, HasSubstr("  instructions"));
}

TEST_F(CommandTest, a_shell_runs_what_a_pipe_says_and_ends_with_it) {
    const ChildResult run =
        stress({"--cpus", "2", "--timeout", "300s", "shell"}, "echo one\nsimplefork\necho two\n");
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("one\n"));
    EXPECT_THAT(run.out, HasSubstr("simplefork: ok\n"));
    EXPECT_THAT(run.out, HasSubstr("two\n"));
    EXPECT_THAT(run.out, Not(HasSubstr("instructions")));
}

TEST_F(CommandTest, a_time_limit_cuts_a_run_off_and_says_what_each_hart_did) {
    const ChildResult run =
        stress({"--cpus", "2", "--duration", "600s", "--timeout", "1s", "forkbomb"});
    EXPECT_EQ(run.status, 2);
    EXPECT_THAT(run.out, HasSubstr("timeout: the guest did not come to its end"));
    EXPECT_THAT(run.out, ContainsRegex("\nhart 1: [a-z]+ at "));
    EXPECT_THAT(last_line(run.out), HasSubstr("--duration 600s --timeout 1s"));
}

}  // namespace
}  // namespace stampede
