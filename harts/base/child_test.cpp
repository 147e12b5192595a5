#include "harts/base/child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

namespace stampede {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> lines_of(Child& child) {
    std::vector<std::string> lines;
    for (auto line = child.next_line(); line && *line; line = child.next_line()) {
        lines.push_back((*line)->text);
    }
    return lines;
}

std::vector<std::string> shell(const std::string& script) { return {"sh", "-c", script}; }

// Nobody may have waited for it yet: then it is a zombie, state Z.
bool is_dead(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    return !std::getline(file, text) || text.substr(text.rfind(')')).starts_with(") Z");
}

bool dies_soon(pid_t pid) {
    for (int tries = 0; tries < 1000 && !is_dead(pid); ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return is_dead(pid);
}

TEST(Child, both_outputs_are_read_by_lines_and_the_status_is_told) {
    auto child = Child::start(shell("echo one; echo two >&2; exit 7"));
    ASSERT_TRUE(child.has_value()) << child.error().message;
    EXPECT_THAT(lines_of(*child), ElementsAre("one", "two"));
    EXPECT_EQ(child->wait(), 7);
}

TEST(Child, a_variable_that_is_given_takes_the_place_of_this_process_own) {
    ASSERT_EQ(setenv("STAMPEDE_CHILD_TEST", "old", 1), 0);
    auto child = Child::start(
        shell("echo $STAMPEDE_CHILD_TEST $STAMPEDE_CHILD; env | grep -c STAMPEDE_CHILD_TEST="),
        {.environment = {"STAMPEDE_CHILD_TEST=new", "STAMPEDE_CHILD=x"}});
    ASSERT_TRUE(child.has_value()) << child.error().message;
    EXPECT_THAT(lines_of(*child), ElementsAre("new x", "1"));
    child->wait();
}

TEST(Child, a_program_that_is_not_there_is_an_error_with_its_name) {
    const auto child = Child::start({"/no/such/program"});
    ASSERT_FALSE(child.has_value());
    EXPECT_THAT(child.error().message, HasSubstr("/no/such/program"));
}

TEST(Child, a_signal_to_a_group_of_its_own_ends_its_children_too) {
    auto child =
        Child::start(shell("sleep 1000 & echo $!; wait"), {.group = ChildSetup::Group::Own});
    ASSERT_TRUE(child.has_value()) << child.error().message;
    const auto line = child->next_line();
    ASSERT_TRUE(line && *line);
    const pid_t grandchild = std::atoi((*line)->text.c_str());
    ASSERT_FALSE(is_dead(grandchild));
    child->send(SIGKILL);
    EXPECT_EQ(child->wait(), 128 + SIGKILL);
    EXPECT_TRUE(dies_soon(grandchild));
}

TEST(Child, it_dies_when_the_process_that_started_it_is_killed) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t between = fork();
    if (between == 0) {
        auto child = Child::start(shell("echo $$; exec sleep 1000"));
        const auto line = child ? child->next_line() : std::nullopt;
        const pid_t pid = line && *line ? std::atoi((*line)->text.c_str()) : 0;
        (void)!write(ends[1], &pid, sizeof pid);
        pause();
    }
    pid_t pid = 0;
    ASSERT_EQ(read(ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
    ASSERT_GT(pid, 0);
    ASSERT_FALSE(is_dead(pid));
    kill(between, SIGKILL);
    EXPECT_TRUE(dies_soon(pid));
}

}  // namespace
}  // namespace stampede
