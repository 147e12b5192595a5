#include "bench/bugs/stress_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harts/report/forms/json.h"

namespace stampede::bench {
namespace {

Finding finding_of(FindingKind kind, const char* title) {
    Finding finding;
    finding.kind = kind;
    finding.title = title;
    return finding;
}

TEST(StressRun, findings_and_cpu_time_come_from_the_report_of_a_run) {
    RunReport report;
    report.cpu_s = 1.5;
    report.findings = {finding_of(FindingKind::leak, "a frame is lost")};
    const auto run = parse_run(run_json(report));
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_EQ(run->run_cpu_s, 1.5);
    ASSERT_EQ(run->findings.size(), 1u);
    EXPECT_EQ(run->findings[0].kind, "leak");
    EXPECT_EQ(run->findings[0].title, "a frame is lost");
    EXPECT_EQ(run->findings[0].key, report.findings[0].key());
}

TEST(StressRun, what_accuses_the_host_or_the_harness_finds_no_bug_but_is_told) {
    RunReport report;
    report.findings = {finding_of(FindingKind::timeout, "too slow"),
                       finding_of(FindingKind::harness_fault, "ours")};
    const auto run = parse_run(run_json(report));
    ASSERT_TRUE(run);
    EXPECT_TRUE(run->findings.empty());
    EXPECT_EQ(run->problem, "harness_fault: ours");
}

TEST(StressRun, other_text_is_an_error) {
    EXPECT_FALSE(parse_run(""));
    EXPECT_FALSE(parse_run("{}"));
}

}  // namespace
}  // namespace stampede::bench
