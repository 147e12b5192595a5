#include "harts/report/forms/text.h"

#include <gtest/gtest.h>
#include <stdio.h>

#include <array>

#include "harts/report/test_findings.h"

namespace stampede {
namespace {

std::string output_of(const std::string& command) {
    std::string output;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 256> block;
    for (std::size_t count; (count = fread(block.data(), 1, block.size(), pipe)) > 0;) {
        output.append(block.data(), count);
    }
    EXPECT_EQ(pclose(pipe), 0);
    return output;
}

TEST(ShellLine, plain_words_stay_bare_and_others_are_quoted) {
    const std::vector<std::string> argv{"ci/stress", "--cpus=8", "--append", "run=x y", "",
                                        "it's",      "a;b",      "$HOME",    "*"};
    EXPECT_EQ(shell_line(argv),
              R"(ci/stress --cpus=8 --append 'run=x y' '' 'it'\''s' 'a;b' '$HOME' '*')");
}

TEST(ShellLine, a_shell_reads_back_the_same_words) {
    const std::vector<std::string> argv{"printf",
                                        "[%s]",
                                        "it's",
                                        "two  blanks",
                                        "",
                                        "$HOME `id` $(id)",
                                        "\"\\",
                                        "new\nline",
                                        "*",
                                        "~",
                                        "#no comment",
                                        "a'b'c'",
                                        "-n",
                                        "!"};
    std::string expected;
    for (std::size_t i = 2; i < argv.size(); ++i) {
        expected += "[" + argv[i] + "]";
    }
    EXPECT_EQ(output_of(shell_line(argv)), expected);
}

TEST(LocationText, says_what_is_known) {
    EXPECT_EQ(location_text({"f", "a.cpp", 3, 0x10}), "f at a.cpp:3 (pc 0x10)");
    EXPECT_EQ(location_text({"f", "", 0, 0x10}), "f (pc 0x10)");
    EXPECT_EQ(location_text({"", "a.cpp", 3, 0}), "a.cpp:3");
    EXPECT_EQ(location_text({"", "", 0, 0x10}), "pc 0x10");
    EXPECT_EQ(location_text({}), "");
}

TEST(ReportText, ends_with_the_command_that_runs_it_again) {
    EXPECT_EQ(
        report_text(full_finding()),
        "audit: count is one too high\n"
        "seen 2 times\n"
        "\n"
        "frame 0x80123000: count 3, but 2 user mappings\n"
        "\n"
        "where: kernel::share at kernel/mm/space.cpp:42 (pc 0xffffffc000001234), hart 3, pid 17\n"
        "\n"
        "hart 3:\n"
        "  #0 kernel::share at kernel/mm/space.cpp:42 (pc 0xffffffc000001234)\n"
        "  #1 kernel::fork (pc 0x10)\n"
        "\n"
        "To run it again:\n"
        "stress --seed 5 'fork bomb'\n");
}

TEST(ReportText, each_party_to_a_race_says_what_it_did_and_held) {
    EXPECT_EQ(report_text(race_finding()),
              "race: kernel::drop against kernel::share\n"
              "\n"
              "where: kernel::drop at kernel/policy/kmem.cpp:70 (pc 0x80001234)\n"
              "\n"
              "this write, hart 1, pid 7:\n"
              "  write of 4 bytes at kernel::counts+0x18\n"
              "  holds kernel::processes[3].lock, kernel::kmem\n"
              "  frame 6, owner user\n"
              "  #0 kernel::drop at kernel/policy/kmem.cpp:70 (pc 0x80001234)\n"
              "\n"
              "earlier read, hart 2:\n"
              "  read of 4 bytes at kernel::counts+0x18\n"
              "  holds no lock\n"
              "  #0 kernel::share at kernel/policy/kmem.cpp:51 (pc 0x80001200)\n");
}

TEST(ReportText, a_role_that_names_the_hart_is_enough) {
    Finding finding = bare_finding();
    finding.stacks = {{"hart 3", {}}};
    finding.stacks[0].hart = 3;
    finding.stacks[0].address = "kernel::ticks";
    EXPECT_EQ(report_text(finding), "timeout: the run took too long\n\nhart 3:\n  kernel::ticks\n");
}

TEST(ReportText, leaves_out_what_is_not_known) {
    EXPECT_EQ(report_text(bare_finding()), "timeout: the run took too long\n");
}

}  // namespace
}  // namespace stampede
