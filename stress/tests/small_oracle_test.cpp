// An oracle that is entered in one place (small_oracle.cpp) is at work wherever a guest runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fuzz/program/binary.h"
#include "fuzz/program/text/text.h"
#include "fuzz/program_runner.h"
#include "stress/command.h"
#include "stress/tests/child.h"
#include "stress/tests/guest_files.h"

namespace stampede {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;

constexpr const char* title = "a process asks how long the machine is up";
const auto shows_it = Contains(Field(&Finding::title, title));
const OracleReport on{"uptime", ""};

fuzz::Program program_with(const std::string& call) {
    return fuzz::parse("stampede-program 1\nprocess 0:\n  " + call + "\n").value();
}

class SmallOracle : public testing::Test {
protected:
    SmallOracle()
        : folder_(std::filesystem::path(testing::TempDir()) /
                  ("small-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~SmallOracle() override { std::filesystem::remove_all(folder_); }

    // The one finding that was filed there.
    std::string filed() const {
        std::vector<std::string> folders;
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "findings")) {
            if (entry.is_directory()) {
                folders.push_back(entry.path());
            }
        }
        EXPECT_EQ(folders.size(), 1u);
        return folders.empty() ? "" : folders.front();
    }
    // `stress` in this process.
    static std::pair<int, std::string> stress(std::vector<const char*> words) {
        words.insert(words.begin(), "stress");
        testing::internal::CaptureStdout();
        const int status = stress_command(static_cast<int>(words.size()), words.data(), nullptr);
        return {status, testing::internal::GetCapturedStdout()};
    }
    void expect_shown_again() const {
        const std::string file = filed();
        const auto [status, out] = stress({"--replay", file.c_str()});
        EXPECT_EQ(status, 2);
        EXPECT_THAT(out, HasSubstr(std::string("showed again: ") + title));
        EXPECT_THAT(out, testing::ContainsRegex("oracles:? .*uptime; off: "));
    }

    std::filesystem::path folder_;
};

TEST_F(SmallOracle, finds_in_a_run_of_stress_and_is_off_where_it_says_so) {
    RunSetup setup;
    setup.machine.harts = 2;
    setup.machine.bootargs = "run=calltest seed=1";
    setup.kernel = guest_of("kmem").kernel;
    const auto parallel = run_quietly(setup);
    ASSERT_TRUE(parallel) << parallel.error().message;
    EXPECT_THAT(parallel->findings, testing::IsEmpty());
    EXPECT_EQ(parallel->oracles.back(), (OracleReport{"uptime", "a thread a hart"}));
    setup.machine.time = TimeMode::Counted;
    setup.schedule = ScheduleSpec::parse("random:1000").value();
    const auto by_turns = run_quietly(setup);
    ASSERT_TRUE(by_turns) << by_turns.error().message;
    EXPECT_THAT(by_turns->findings, shows_it);
    EXPECT_EQ(by_turns->oracles.back(), on);
}

TEST_F(SmallOracle, is_in_the_replay_of_a_run) {
    const std::string findings = folder_ / "findings";
    EXPECT_EQ(stress({"--cpus", "2", "--seed", "1", "--schedule", "random:1000", "--findings",
                      findings.c_str(), "calltest"})
                  .first,
              2);
    expect_shown_again();
}

TEST_F(SmallOracle, finds_in_programs_from_a_snapshot_and_goes_back_with_it) {
    fuzz::RunnerSetup setup;
    setup.guest = guest_of("kmem");
    const auto runner = fuzz::ProgramRunner::create(setup);
    ASSERT_TRUE(runner) << runner.error().message;
    EXPECT_THAT((*runner)->oracles(), Contains(on));
    for (int again = 0; again < 3; ++again) {
        const auto asks = (*runner)->run(program_with("uptime\n  uptime")).findings;
        ASSERT_THAT(asks, shows_it);
        EXPECT_EQ(asks.front().count, 2u);
        EXPECT_THAT((*runner)->run(program_with("getpid")).findings, testing::IsEmpty());
    }
}

#ifdef STAMPEDE_FUZZ_SYSCALLS
TEST_F(SmallOracle, finds_in_fuzz_syscalls_and_in_the_replay_of_its_program) {
    const std::string input = folder_ / "input";
    std::ofstream(input) << fuzz::encode(program_with("uptime"));
    const ChildResult run =
        run_child({"/usr/bin/env", "STAMPEDE_FINDINGS=" + (folder_ / "findings").string(),
                   "STAMPEDE_ON_FINDING=continue", STAMPEDE_FUZZ_SYSCALLS, "-runs=1", input});
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_THAT(run.err,
                testing::ContainsRegex(
                    "oracles: .*, uptime; off: races \\(no race detection in this program\\)\n"));
    expect_shown_again();
}
#endif

}  // namespace
}  // namespace stampede
