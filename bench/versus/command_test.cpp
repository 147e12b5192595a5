// bench_versus_qemu as a command.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "bench/support/emulator.h"
#include "bench/support/test_command.h"
#include "bench/versus/contests.h"

namespace stampede::bench {
namespace {

using testing::Contains;
using testing::HasSubstr;

CommandResult versus_qemu(std::vector<std::string> arguments, const ChildSetup& setup = {}) {
    return run_command("bench_versus_qemu", std::move(arguments), setup);
}

TEST(BenchVersusQemu, says_a_word_and_is_content_where_qemu_is_missing) {
    const CommandResult result = versus_qemu({"--runs", "1"}, {.environment = {"PATH=/nowhere"}});
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.lines, Contains(HasSubstr("there is no qemu-system-riscv64")));
}

TEST(BenchVersusQemu, refuses_bad_options_with_qemu_and_without) {
    for (const char* path : {"PATH=/nowhere", "PATH=/usr/bin:/bin"}) {
        const ChildSetup setup{.environment = {path}};
        const CommandResult flag = versus_qemu({"--filtre", "csr"}, setup),
                            expression = versus_qemu({"--filter", "csr("}, setup);
        EXPECT_EQ(flag.status, 1);
        EXPECT_THAT(flag.lines, Contains(HasSubstr("--filtre")));
        EXPECT_EQ(expression.status, 1);
        EXPECT_THAT(expression.lines, Contains(HasSubstr("csr( is no regular expression")));
    }
}

TEST(BenchVersusQemu, compares_a_loop_harts_that_contend_and_copies_of_a_program) {
    if (!qemu_is_installed()) {
        GTEST_SKIP() << "there is no qemu-system-riscv64";
    }
    const ReportFile file;
    const CommandResult result =
        versus_qemu({"--runs", "1", "--seconds", "1", "--filter", "^(csr, 1|lock, 2|cow_fault, 2)",
                     "--json", file.path()});
    ASSERT_EQ(result.status, 0) << result.text();
    const nlohmann::json rows = file.read()["benchmarks"];
    const std::array names{"csr, 1 hart", "lock, 2 harts", "cow_fault, 2 harts"};
    ASSERT_EQ(rows.size(), names.size());
    for (std::size_t n = 0; n < names.size(); ++n) {
        const auto& row = rows[n];
        EXPECT_EQ(row["name"], names[n]);
        const double qemu = row["QEMU, ns"], ours = row["Stampede, ns"], speed = row["speed"];
        EXPECT_GT(qemu, 0);
        EXPECT_GT(ours, 0);
        EXPECT_NEAR(speed, qemu / ours, 1e-6 * speed);
    }
    EXPECT_EQ(versus_qemu({"--runs", "1", "--filter", "nosuchrow"}).status, 1);
}

TEST(Contests, have_names_of_their_own) {
    std::vector<std::string> names;
    for (const Contest& contest : contests()) {
        names.push_back(contest.row());
    }
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
    EXPECT_EQ(contests_in_mean(), 5);
}

}  // namespace
}  // namespace stampede::bench
