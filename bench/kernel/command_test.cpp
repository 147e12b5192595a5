// bench_kernel as a command.
#include <gmock/gmock.h>

#include <cmath>

#include "bench/support/test_command.h"

namespace stampede::bench {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* program = "bench_kernel";

TEST(BenchKernel, counts_operations_by_the_cpu_time_of_all_threads) {
    const ReportFile file;
    const CommandResult result =
        run_command(program, {"--policy", "kmem,per_hart", "--cpus", "1,4", "--program",
                              "cow_fault", "--seconds", "0.05", "--json", file.path()});
    ASSERT_EQ(result.status, 0) << result.text();
    const nlohmann::json report = file.read();
    EXPECT_EQ(report["context"]["policy"], "kmem,per_hart");
    EXPECT_EQ(report["context"]["cpus"], "1,4");
    std::vector<std::string> names;
    for (const auto& row : report["benchmarks"]) {
        SCOPED_TRACE(row.dump());
        names.push_back(row["name"]);
        const double operations = row["operations"], cpu_s = row["cpu_s"],
                     each_us = row["real_time"];
        ASSERT_GT(operations, 0);
        EXPECT_EQ(std::fmod(operations, 64), 0);  // what cow_fault counts at once
        ASSERT_EQ(row["time_unit"], "us");
        EXPECT_NEAR(each_us * operations / (cpu_s * 1e6), 1, 1e-3);
        EXPECT_NEAR(row["items_per_second"].get<double>() * cpu_s / operations, 1, 1e-3);
        // a page is copied: no host does that in 200 ns, with an emulated kernel around it
        EXPECT_GT(each_us, 0.2);
    }
    EXPECT_THAT(names, testing::ElementsAre("kernel/cow_fault/kmem/1/manual_time",
                                            "kernel/cow_fault/kmem/4/manual_time",
                                            "kernel/cow_fault/per_hart/1/manual_time",
                                            "kernel/cow_fault/per_hart/4/manual_time"));
    EXPECT_THAT(result.lines, Contains(StartsWith("4 harts")));
}

TEST(BenchKernel, takes_each_program_at_many_harts) {
    const auto report =
        json_report(program, {"--policy", "eager", "--cpus", "16", "--seconds", "0.02"});
    EXPECT_EQ(report["benchmarks"].size(), 8);
    for (const auto& row : report["benchmarks"]) {
        EXPECT_FALSE(row.contains("error_occurred")) << row.dump();
        EXPECT_GT(row["operations"], 0) << row.dump();
    }
}

TEST(BenchKernel, measures_what_a_filter_selects_as_often_as_it_is_told) {
    const auto report = json_report(
        program,
        {"--seconds", "0.02", "--benchmark_filter=getpid/kmem/2", "--benchmark_repetitions=2"});
    ASSERT_GE(report["benchmarks"].size(), 2);
    EXPECT_EQ(report["benchmarks"][1]["repetition_index"], 1);
}

TEST(BenchKernel, takes_no_figures_of_a_program_whose_checks_fail) {
    const CommandResult result =
        run_command(program, {"--policy", "eager", "--cpus", "1", "--program", "cowtest"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(
        result.text(),
        HasSubstr("eager, cowtest, 1 hart: a check of the program's own failed: fork() failed"));
}

TEST(BenchKernel, refuses_what_it_does_not_know) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
        {{"--policy", "kmen"}, "there is no policy kmen; near: kmem"},
        {{"--program", "getpit"}, "there is no program getpit"},
        {{"--cpus", "0"}, "0, expected 1 to 64"},
        {{"--seconds", "0"}, "--seconds"},
        {{"--polcy", "kmem"}, "--polcy"},
        {{"--json", "/nosuchfolder/f", "--seconds", "0.01"}, "/nosuchfolder/f"},
    };
    for (const auto& [words, said] : wrong) {
        const CommandResult result = run_command(program, words);
        EXPECT_EQ(result.status, 1) << words[0];
        EXPECT_THAT(result.text(), HasSubstr(said)) << words[0];
    }
}

}  // namespace
}  // namespace stampede::bench
