#include "fuzz/campaign/slots/fuzzer_log.h"

#include <gtest/gtest.h>

namespace stampede::campaign {
namespace {

TEST(FuzzerLog, a_status_line_is_read_field_by_field) {
    const auto status = parse_fuzzer_status(
        "#17390\tDONE   cov: 12 ft: 8360 corp: 753/91Kb lim: 4096 exec/s: 1086 rss: 69Mb");
    ASSERT_TRUE(status.has_value());
    EXPECT_EQ(status->executions, 17390u);
    EXPECT_EQ(status->event, "DONE");
    EXPECT_EQ(status->coverage, 12u);
    EXPECT_EQ(status->features, 8360u);
    EXPECT_EQ(status->corpus_entries, 753u);
    EXPECT_EQ(status->per_second, 1086u);
}

TEST(FuzzerLog, what_a_line_does_not_say_is_nothing) {
    const auto status = parse_fuzzer_status("#2\tINITED ft: 5 exec/s: 0 rss: 64Mb");
    ASSERT_TRUE(status.has_value());
    EXPECT_EQ(status->features, 5u);
    EXPECT_EQ(status->coverage, std::nullopt);
    EXPECT_EQ(status->corpus_entries, std::nullopt);
}

TEST(FuzzerLog, other_lines_are_no_status) {
    for (const char* line :
         {"", "#", "#x NEW", "#5", "#5 ", "Done 17390 runs in 16 second(s)",
          "INFO: seed corpus: files: 3", "#0 0x55ba5dc37664 in __sanitizer_print_stack_trace",
          "99999999999999999999999"}) {
        EXPECT_FALSE(parse_fuzzer_status(line).has_value()) << line;
    }
    EXPECT_FALSE(parse_fuzzer_status("#99999999999999999999999 NEW ft: 1").has_value());
}

TEST(FuzzerLog, the_final_number_of_executions_is_read) {
    EXPECT_EQ(parse_executed_units("stat::number_of_executed_units: 17390"), 17390u);
    EXPECT_EQ(parse_executed_units("stat::average_exec_per_sec:     1086"), std::nullopt);
}

TEST(FuzzerLog, a_merge_that_came_to_its_end_says_how_many_files_it_kept) {
    EXPECT_EQ(parse_merged_files(
                  "MERGE-OUTER: 567 new files with 8356 new features added; 0 new coverage edges"),
              567u);
    EXPECT_EQ(parse_merged_files(
                  "MERGE-OUTER: 0 new files with 0 new features added; 0 new coverage edges"),
              0u);
    EXPECT_EQ(
        parse_merged_files("MERGE-OUTER: 752 files, 0 in the initial corpus, 0 processed earlier"),
        std::nullopt);
    EXPECT_EQ(parse_merged_files("MERGE-OUTER: zero successful attempts, exiting"), std::nullopt);
}

TEST(FuzzerLog, a_crash_is_named_by_its_assertion_or_else_its_summary) {
    EXPECT_EQ(crash_reason("#2 NEW\nx.cpp:7: void f(): Assertion `ok' failed.\nSUMMARY: libFuzzer: "
                           "deadly signal\n"),
              "x.cpp:7: void f(): Assertion `ok' failed.");
    EXPECT_EQ(crash_reason("SUMMARY: libFuzzer: deadly signal\nMS: 0"), "libFuzzer: deadly signal");
    EXPECT_EQ(crash_reason("nothing"), "");
}

}  // namespace
}  // namespace stampede::campaign
