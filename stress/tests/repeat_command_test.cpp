// One command line, one run: in stress and in stress-race alike.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "stress/tests/child.h"

namespace stampede {
namespace {

class RepeatCommandTest : public testing::TestWithParam<const char*> {
protected:
    RepeatCommandTest()
        : file_(std::filesystem::path(testing::TempDir()) /
                ("repeat-" + std::to_string(::getpid()) + ".json")) {}
    ~RepeatCommandTest() override { std::filesystem::remove(file_); }

    // What its JSON says of the run.
    [[nodiscard]] nlohmann::json run(const std::string& harts,
                                     std::vector<std::string> more = {}) const {
        std::vector<std::string> words{
            STAMPEDE_STRESS, "--cpus",   harts,    "--ops",        "100",     "--seed", "3",
            "--schedule",    GetParam(), "--json", file_.string(), "forkbomb"};
        words.insert(words.begin() + 1, more.begin(), more.end());
        EXPECT_EQ(run_child(words, "").status, 0);
        return nlohmann::json::parse(std::ifstream(file_), nullptr, false);
    }
    const std::filesystem::path file_;
};

TEST_P(RepeatCommandTest, the_race_build_ends_in_the_same_state) {
    for (const char* harts : {"1", "2", "8"}) {
        const nlohmann::json quiet = run(harts), racing = run(harts, {"--race"});
        for (const char* key :
             {"state_hash", "instructions", "operations", "schedule", "frames", "cow"}) {
            ASSERT_TRUE(quiet.contains(key)) << key;
            EXPECT_EQ(racing.at(key), quiet.at(key)) << key << ", " << harts << " harts";
        }
        EXPECT_EQ(quiet.at("schedule").at("text"), GetParam());
    }
}

INSTANTIATE_TEST_SUITE_P(Schedules, RepeatCommandTest,
                         testing::Values("round-robin:1000",
                                         "random:300,sc=64,evict=64,timer=64,late=64",
                                         "pct:3:2000"),
                         [](const auto& info) { return "schedule_" + std::to_string(info.index); });

}  // namespace
}  // namespace stampede
