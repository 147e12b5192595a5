// Reports, findings' folders, console and trace of a command that is several runs: each file that
// is asked for is written, of the runs that showed something.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harts/report/replay/replay_file.h"
#include "stress/options/option_table.h"
#include "stress/tests/child.h"

namespace stampede {
namespace {

using testing::HasSubstr;

const std::string program = STAMPEDE_STRESS;

ChildResult stress(std::vector<std::string> words) {
    words.insert(words.begin(), program);
    return run_child(words);
}

std::string content(const std::filesystem::path& file) {
    std::ostringstream bytes;
    bytes << std::ifstream(file).rdbuf();
    return bytes.str();
}

// A kernel whose fork() takes so much memory that cowtest fails, soon and always.
const std::vector<std::string> failing{"--policy", "eager", "--memory", "16M",
                                       "--cpus",   "2",     "--seed",   "5"};
constexpr const char* title = "fork() failed";

class ReportsOfSeveralRuns : public testing::Test {
protected:
    ReportsOfSeveralRuns()
        : folder_(std::filesystem::path(testing::TempDir()) /
                  ("reports-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~ReportsOfSeveralRuns() override { std::filesystem::remove_all(folder_); }

    // Runs it with every option that is a file to write, and looks for the files.
    ChildResult run_with_all_outputs(std::vector<std::string> words,
                                     const std::vector<std::string>& more = {}) {
        for (const OptionRow& row : option_rows()) {
            if (row.part == Part::Output) {
                words.insert(words.begin(), {row.spelling(), (folder_ / row.name).string()});
            }
        }
        words.insert(words.end(), more.begin(), more.end());
        const ChildResult run = stress(words);
        EXPECT_EQ(run.status, 2) << run.out << run.err;
        for (const OptionRow& row : option_rows()) {
            if (row.part == Part::Output) {
                const std::filesystem::path path = folder_ / row.name;
                EXPECT_TRUE(std::filesystem::exists(path) && !std::filesystem::is_empty(path))
                    << row.spelling() << run.out << run.err;
            }
        }
        EXPECT_THAT(content(folder_ / "console"), HasSubstr("fork() failed\n"));
        EXPECT_THAT(content(folder_ / "trace"), HasSubstr("fork = -1\n"));
        report_ = nlohmann::json::parse(content(folder_ / "json"), nullptr, false);
        EXPECT_EQ(report_["verdict"], "findings");
        EXPECT_EQ(report_["exit_status"], 2);
        EXPECT_EQ(report_["findings"].size(), 1u);
        EXPECT_EQ(report_["findings"][0]["title"], title);
        return run;
    }
    [[nodiscard]] std::filesystem::path folder_of_the_finding() const {
        return folder_ / "findings" / std::string(report_["findings"][0]["key"]);
    }
    // The folder of a repeatable run's finding.
    std::string found() {
        std::vector<std::string> words = failing;
        words.insert(words.end(), {"--schedule", "random:1000", "--findings",
                                   (folder_ / "before").string(), "cowtest"});
        EXPECT_EQ(stress(words).status, 2);
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "before")) {
            if (std::filesystem::is_directory(entry)) {
                return entry.path().string();
            }
        }
        return "";
    }

    std::filesystem::path folder_;
    nlohmann::json report_;
};

TEST_F(ReportsOfSeveralRuns, of_one_replay) {
    const std::string path = found();
    run_with_all_outputs({"--replay", path});
    EXPECT_EQ(read_replay(folder_of_the_finding()).value(), read_replay(path).value());
}

TEST_F(ReportsOfSeveralRuns, of_a_replay_that_is_repeated_tell_of_all_runs) {
    const std::string path = found();
    const ChildResult run = run_with_all_outputs({"--replay", path, "--times", "3"});
    EXPECT_THAT(run.out, HasSubstr("3 of 3 runs showed it again"));
    EXPECT_EQ(report_["findings"][0]["count"], 3);
    EXPECT_EQ(report_["findings"][0]["reproduce"], (nlohmann::json{program, "--replay", path}));
    EXPECT_EQ(report_["options"]["cpus"], "2");
    EXPECT_EQ(read_replay(folder_of_the_finding()).value(), read_replay(path).value());
}

TEST_F(ReportsOfSeveralRuns, of_a_replay_that_is_minimized_tell_of_what_is_left) {
    const std::string path = found();
    run_with_all_outputs({"--replay", path, "--minimize", "--timeout", "5s"});
    const ReplayFile left = read_replay(path).value();
    EXPECT_EQ(report_["options"]["cpus"], std::to_string(left.cpus));
    EXPECT_EQ(report_["schedule"]["text"], left.schedule);
    EXPECT_EQ(read_replay(folder_of_the_finding()).value(), left);
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(path) / "replay.original"));
}

TEST_F(ReportsOfSeveralRuns, of_a_parallel_run_and_the_search_behind_it) {
    std::vector<std::string> words = failing;
    words.insert(words.end(), {"--search", "60s"});
    run_with_all_outputs(words, {"cowtest"});
    EXPECT_TRUE(read_replay(folder_of_the_finding()));
}

TEST_F(ReportsOfSeveralRuns, of_each_allocation_failing) {
    std::vector<std::string> words = failing;
    words.insert(words.end(),
                 {"--fail-allocations", "--schedule", "random:1000", "--max-findings", "1"});
    run_with_all_outputs(words, {"cowtest"});
    EXPECT_EQ(read_replay(folder_of_the_finding()).value().fail_allocation, 1u);
}

TEST_F(ReportsOfSeveralRuns, a_sweep_leaves_a_replay_that_fails_the_allocation_which_showed_it) {
    const std::filesystem::path findings = folder_ / "findings";
    const ChildResult sweep = stress({"--memory", "16M", "--cpus", "1", "--seed", "5", "--schedule",
                                      "random:1000", "--fail-allocations", "--max-findings", "1",
                                      "--findings", findings.string(), "cowtest"});
    ASSERT_EQ(sweep.status, 2) << sweep.out << sweep.err;
    EXPECT_THAT(sweep.out, HasSubstr("This shows it again, every time:\n"));
    for (const auto& entry : std::filesystem::directory_iterator(findings)) {
        if (!std::filesystem::is_directory(entry)) {
            continue;
        }
        const ReplayFile file = read_replay(entry).value();
        ASSERT_TRUE(file.fail_allocation);
        const ChildResult again = stress({"--replay", entry.path().string()});
        EXPECT_EQ(again.status, 2) << again.err;
        EXPECT_THAT(again.out, HasSubstr("showed again: " + file.titles.front()));
        const ChildResult other = stress({"--replay", entry.path().string(), "--fail-allocation",
                                          std::to_string(*file.fail_allocation + 1)});
        EXPECT_EQ(other.status, 1);
        EXPECT_THAT(other.err, HasSubstr("--fail-allocation"));
    }
}

TEST_F(ReportsOfSeveralRuns, a_replay_that_does_not_show_it_again_is_reported_as_passed) {
    const std::string path = found();
    ReplayFile file = read_replay(path).value();
    file.titles = {"what nobody ever finds"};
    std::ofstream(folder_ / "other") << replay_text(file).value();
    const ChildResult run =
        stress({"--replay", (folder_ / "other").string(), "--times", "2", "--junit",
                (folder_ / "junit").string(), "--json", (folder_ / "json").string()});
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(nlohmann::json::parse(content(folder_ / "json"))["exit_status"], 0);
    EXPECT_THAT(content(folder_ / "junit"), HasSubstr("<testsuite"));
}

TEST_F(ReportsOfSeveralRuns, files_that_cannot_be_written_are_named_before_anything_runs) {
    const std::string path = found();
    for (const char* option : {"--console", "--trace"}) {
        const ChildResult run =
            stress({"--replay", path, "--times", "2", option, "/no/such/folder/file"});
        EXPECT_EQ(run.status, 1);
        EXPECT_THAT(run.err, HasSubstr("/no/such/folder/file: cannot be written"));
    }
}

}  // namespace
}  // namespace stampede
