// bench_emulator as a command: its rows, and what it says of each.
#include <gmock/gmock.h>

#include "bench/support/test_command.h"

namespace stampede::bench {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

CommandResult emulator(std::vector<std::string> arguments) {
    return run_command("bench_emulator", std::move(arguments));
}

TEST(BenchEmulator, has_rows_of_each_kind) {
    const CommandResult listed = emulator({"--benchmark_list_tests"});
    EXPECT_EQ(listed.status, 0);
    for (const char* kind : {"loops/", "calls/", "memory/", "csr/", "trap/", "satp/", "tlb_miss/",
                             "lr_sc/", "amo/", "lock/alone", "lock/contended/2_harts/parallel",
                             "lock/contended/8_harts/random", "snapshot/reset/harts:8"}) {
        EXPECT_THAT(listed.lines, Contains(StartsWith(kind)));
    }
}

TEST(BenchEmulator, counts_instructions_by_the_cpu_time_they_took) {
    const auto report = json_report(
        "bench_emulator",
        {"--benchmark_filter=^(csr|trap|lock/contended/8)", "--benchmark_min_time=0.05"});
    ASSERT_EQ(report["benchmarks"].size(), 3);
    EXPECT_EQ(report["context"]["cpus"], "1,2,8");
    for (const auto& row : report["benchmarks"]) {
        SCOPED_TRACE(row.dump());
        const double cpu_ms = row["cpu_time"], mips = row["MIPS"],
                     instructions = row["instructions"], units = row["units"];
        ASSERT_EQ(row["time_unit"], "ms");
        ASSERT_GT(cpu_ms, 0);
        // Google Benchmark's own clock is read some microseconds apart from ours.
        EXPECT_NEAR(mips * cpu_ms * 1e3 / instructions, 1, 0.05);
        EXPECT_NEAR(row["ns_a_unit"].get<double>() * units / (cpu_ms * 1e6), 1, 0.05);
        EXPECT_GE(instructions, row["in_loop"]);
        EXPECT_GT(row["in_loop"], units);
    }
    // of csr: 2,000,000 units
    EXPECT_NEAR(report["benchmarks"][0]["instructions"], 6 * 2e6, 1000);
}

TEST(BenchEmulator, resets_a_machine_that_was_used) {
    const auto report =
        json_report("bench_emulator", {"--benchmark_filter=snapshot/reset/harts:2"});
    ASSERT_EQ(report["benchmarks"].size(), 1);
    EXPECT_GT(report["benchmarks"][0]["dirty_pages"], 10);
    EXPECT_GT(report["benchmarks"][0]["real_time"], 0);
}

TEST(BenchEmulator, refuses_what_it_does_not_know) {
    const CommandResult flag = emulator({"--benchmark_filtre=csr"});
    EXPECT_EQ(flag.status, 1);
    EXPECT_THAT(flag.lines, Contains(HasSubstr("--benchmark_filtre=csr")));
    const CommandResult none = emulator({"--benchmark_filter=nosuchrow"});
    EXPECT_EQ(none.status, 1);
    EXPECT_THAT(none.lines, Contains(HasSubstr("nosuchrow")));
}

}  // namespace
}  // namespace stampede::bench
