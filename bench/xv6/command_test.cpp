// bench_xv6 as a command.
#include <gmock/gmock.h>

#include "bench/support/emulator.h"
#include "bench/support/test_command.h"

namespace stampede::bench {
namespace {

using testing::Contains;
using testing::HasSubstr;

CommandResult xv6(std::vector<std::string> arguments, const ChildSetup& setup = {}) {
    return run_command("bench_xv6", std::move(arguments), setup);
}

TEST(BenchXv6, names_what_is_missing) {
    const CommandResult none = xv6({"--runs", "1"});
    EXPECT_EQ(none.status, 1);
    EXPECT_THAT(none.lines, Contains(HasSubstr("--xv6 is required")));
    const CommandResult tree = xv6({"--xv6", "/nowhere"});
    EXPECT_EQ(tree.status, 1);
    EXPECT_THAT(tree.lines, Contains(HasSubstr("expected a folder with a tree of xv6")));
    const CommandResult qemu =
        xv6({"--xv6", STAMPEDE_XV6_LIKE "/modern"}, {.environment = {"PATH=/nowhere"}});
    EXPECT_EQ(qemu.status, 0);
    EXPECT_THAT(qemu.lines, Contains(HasSubstr("there is no qemu-system-riscv64")));
}

TEST(BenchXv6, compares_boot_lines_and_workloads_on_old_machines_and_new_ones) {
    if (!qemu_is_installed()) {
        GTEST_SKIP() << "there is no qemu-system-riscv64";
    }
    for (const std::string tree : {"/modern", "/legacy"}) {
        const ReportFile file;
        const CommandResult result =
            xv6({"--runs", "1", "--xv6", STAMPEDE_XV6_LIKE + tree, "--cpus", "2", "--ops", "20",
                 "--json", file.path(), "echo one", "cowstorm"});
        ASSERT_EQ(result.status, 0) << result.text();
        const nlohmann::json rows = file.read()["benchmarks"];
        ASSERT_EQ(rows.size(), 3u);
        EXPECT_EQ(rows[0]["name"], "boot, 2 harts");
        EXPECT_EQ(rows[2]["name"], "cowstorm, 2 harts");
        for (const auto& row : rows) {
            const double theirs = row["QEMU, s"], ours = row["Stampede, s"], ratio = row["ratio"];
            EXPECT_GT(theirs, 0);
            EXPECT_GT(ours, 0);
            EXPECT_NEAR(ratio, ours / theirs, 1e-6 * ratio);
        }
    }
    const CommandResult fails =
        xv6({"--runs", "1", "--xv6", STAMPEDE_XV6_LIKE "/modern", "nosuchprogram"});
    EXPECT_EQ(fails.status, 1);
    EXPECT_THAT(fails.text(), HasSubstr("nosuchprogram"));
}

}  // namespace
}  // namespace stampede::bench
