#include "bench/scalability/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/scalability/comparison.h"
#include "bench/scalability/page.h"
#include "harts/report/atomic_file.h"

namespace stampede::bench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Measurement measured(const std::string& policy, const std::string& program, unsigned harts,
                     double per_second) {
    Measurement one;
    one.point = {policy, program, harts};
    one.per_second = per_second;
    one.operations = 100;
    one.cycles = 1'000'000;
    one.locks = {{"kernel::frames <lock>", 7, 0.25}};
    one.lines = {{"user frames", 70, 0.125}};
    return one;
}

Results example() {
    Results results;
    results.curves =
        curves_of({measured("kmem", "fork", 4, 2'000), measured("kmem", "fork", 1, 1'000),
                   measured("kmem", "fork", 2, 1'500), measured("eager", "fork", 1, 500),
                   measured("eager", "fork", 2, 1'000), measured("kmem", "fault", 2, 10)});
    results.commuting = {
        {.policy = "kmem",
         .pairs = {{"fork", "fork", {"kernel::frames"}, 3}, {"fork", "wait", {}, 0}}}};
    return results;
}

class ResultsTest : public testing::Test {
protected:
    ResultsTest()
        : file(std::filesystem::temp_directory_path() /
               ("results_test." + std::to_string(getpid()) + ".json")) {}
    ~ResultsTest() override { std::filesystem::remove(file); }
    void write(const std::string& text) const { ASSERT_TRUE(write_file_atomically(file, text)); }
    std::filesystem::path file;
};

TEST_F(ResultsTest, points_become_curves_in_the_order_of_harts) {
    const Results results = example();
    ASSERT_EQ(results.curves.size(), 3u);
    const Curve& curve = results.curves[0];
    EXPECT_EQ(curve.points[2].point.harts, 4u);
    EXPECT_DOUBLE_EQ(*curve.efficiency(curve.points[2]), 0.5);
    EXPECT_TRUE(curve.law);
    EXPECT_FALSE(results.curves[1].law) << "two points are no curve";
    EXPECT_FALSE(results.curves[2].efficiency(results.curves[2].points[0]))
        << "nobody knows what one hart does";
}

TEST_F(ResultsTest, json_is_google_benchmarks_with_the_context_keys) {
    const auto json = nlohmann::json::parse(to_json(example()));
    for (const char* key : {"policy", "cpus", "time", "host_cores", "oversubscribed"}) {
        EXPECT_TRUE(json.at("context").contains(key)) << key;
    }
    const auto& one = json.at("benchmarks").at(2);
    EXPECT_EQ(one.at("name"), "fork/kmem/harts:4");
    EXPECT_EQ(one.at("items_per_second"), 2'000);
    EXPECT_EQ(one.at("efficiency"), 0.5);
    EXPECT_EQ(one.at("locks").at(0).at("waited"), 0.25);
    EXPECT_EQ(json.at("commutativity").at(0).at("free_of_conflict"), 1);
    EXPECT_EQ(json.at("commutativity").at(0).at("conflicts").size(), 1u);
}

TEST_F(ResultsTest, a_report_is_read_back_and_compared) {
    write(to_json(example()));
    const auto before = read_recorded(file);
    ASSERT_TRUE(before) << before.error().message;
    EXPECT_EQ(before->per_second.size(), 6u);
    Results now = example();
    const ReportComparison same = compare(*before, now);
    EXPECT_TRUE(same.changes.empty());
    EXPECT_EQ(same.same, 6u);
    EXPECT_EQ(same.other_settings, "");
    EXPECT_FALSE(same.regressed(0));

    now.curves[0].points[2].per_second = 1'900;
    now.curves[0].points[1].per_second = 1'510;
    now.curves[1].points.pop_back();
    now.curves[2].points.push_back(measured("kmem", "fault", 8, 1));
    const ReportComparison other = compare(*before, now);
    ASSERT_EQ(other.changes.size(), 2u);
    EXPECT_EQ(other.changes[0].name, "fork/kmem/harts:4") << "the worst first";
    EXPECT_NEAR(other.changes[0].relative(), -0.05, 1e-9);
    EXPECT_THAT(other.only_before, ElementsAre("fork/eager/harts:2"));
    EXPECT_THAT(other.only_now, ElementsAre("fault/kmem/harts:8"));
    EXPECT_TRUE(other.regressed(0.04));
    EXPECT_FALSE(other.regressed(0.06));
    EXPECT_THAT(comparison_text(other, 0.04),
                AllOf(HasSubstr("-5.00 %  REGRESSION"), HasSubstr("+0.67 %\n"),
                      HasSubstr("3 of 5 points as before")));
    EXPECT_THAT(comparison_text(other, 0.06), Not(HasSubstr("REGRESSION")));

    now.costs.atomic = 1;
    EXPECT_NE(compare(*before, now).other_settings, "");
}

TEST_F(ResultsTest, files_that_are_no_report_are_named_with_the_reason) {
    for (const auto& [text, reason] :
         {std::pair{"nonsense", "no JSON"},
          {"{}", "schema"},
          {R"({"schema": "stampede.run/1"})", "schema"},
          {R"({"schema": "stampede.scalability/1", "context": {}})", "window_ns"}}) {
        write(text);
        const auto read = read_recorded(file);
        ASSERT_FALSE(read);
        EXPECT_THAT(read.error().message, AllOf(HasSubstr(file.string()), HasSubstr(reason)));
    }
}

TEST_F(ResultsTest, the_page_has_curves_laws_locks_and_conflicts_and_escapes_names) {
    const Results results = example();
    const std::string page = report_page(results, nullptr, 0.05);
    EXPECT_THAT(page, AllOf(HasSubstr("<h2>fork</h2>"), HasSubstr("polyline class=\"s0 fit\""),
                            HasSubstr("kernel::frames &lt;lock&gt;"), HasSubstr("1 of 2 pairs"),
                            HasSubstr("fork, fork"), HasSubstr("user frames")));
    EXPECT_THAT(page,
                AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf,")), Not(HasSubstr("<script"))));
    const ReportComparison comparison{.changes = {{"fork/kmem/harts:4", 10, 5}},
                                      .only_before = {},
                                      .only_now = {},
                                      .same = 0,
                                      .other_settings = ""};
    EXPECT_THAT(report_page(results, &comparison, 0.05), HasSubstr("REGRESSION"));
}

}  // namespace
}  // namespace stampede::bench
