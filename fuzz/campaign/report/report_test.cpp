#include "fuzz/campaign/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "fuzz/campaign/tests/example_report.h"
#include "fuzz/campaign/tests/temporary_folder.h"
#include "harts/report/atomic_file.h"
#include "harts/report/finding_store.h"

namespace stampede::campaign {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Page, says_what_was_found_and_what_of_it_is_new) {
    EXPECT_THAT(
        report_page(example_report()),
        AllOf(HasSubstr("<h1>1 finding, 1 new</h1>"), HasSubstr("Run 2, begun 1970-01-02"),
              HasSubstr("badge new"), HasSubstr("flaky: 3 of 5"), HasSubstr("not this time")));
}

TEST(Page, what_a_guest_says_stays_text) {
    const std::string page = report_page(example_report());
    EXPECT_THAT(page, AllOf(HasSubstr("<h3>hart 1</h3>"),
                            HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt; &amp; "),
                            HasSubstr("pipe p0 &lt;0&gt;"), HasSubstr("kernel::copy&lt;int&gt;"),
                            HasSubstr("exit &lt;3&gt;"), HasSubstr("&lt;left out&gt;")));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
}

TEST(Page, needs_nothing_from_elsewhere) {
    const std::string page = report_page(example_report());
    for (const char* word : {"http:", "https:", "src=", "@import", "url("}) {
        EXPECT_THAT(page, Not(HasSubstr(word)));
    }
}

TEST(Page, shows_no_features_where_none_were_counted) {
    CampaignReport report = example_report();
    EXPECT_THAT(report_page(report),
                AllOf(HasSubstr("features of kmem"), HasSubstr("Coverage: features")));
    for (ReportedPolicy& policy : report.policies) {
        policy.record.features = 0;
        policy.corpus.entries = 750;
    }
    EXPECT_THAT(report_page(report),
                AllOf(Not(HasSubstr("features of ")), Not(HasSubstr("Coverage: features")),
                      HasSubstr("<b>750</b>programs in the corpus of kmem")));
}

TEST(Page, shows_how_to_show_it_again_and_what_ran) {
    EXPECT_THAT(
        report_page(example_report()),
        AllOf(HasSubstr("fuzz_syscalls '/a b/input.minimal'"), HasSubstr("2 calls in 1 processes"),
              HasSubstr("1,234"), HasSubstr("70,000"), HasSubstr("<td>fuzz-race</td>")));
}

TEST(Page, shows_a_few_lines_of_the_source_where_it_is_there) {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder.path() / "kernel/mm");
    std::ofstream(folder.path() / "kernel/mm/copy.cpp")
        << "one\ntwo\nif (a < b)\nfour\nfive\nsix\n";
    CampaignReport report = example_report();
    report.source = folder.path();
    const std::string page = report_page(report);
    EXPECT_THAT(page, HasSubstr("<span class=\"here\"><i>    3</i> if (a &lt; b)</span>"));
    EXPECT_THAT(
        page,
        HasSubstr("<span class=\"half\"><i>    3   2/4        345</i>  if (a &lt; b)</span>"));
    report.source.clear();
    EXPECT_THAT(report_page(report),
                AllOf(Not(HasSubstr("if (a")), HasSubstr("<i>    3   2/4        345</i>")));
}

TEST(Page, shows_coverage_by_function_and_what_is_missing_of_it) {
    EXPECT_THAT(
        report_page(example_report()),
        AllOf(HasSubstr("60 of 100 ways of branches (60 %), by 750 programs"), HasSubstr("6 of 10"),
              HasSubstr("eager: none, guest_coverage has not measured it")));
}

TEST(Page, shows_which_oracles_watched_and_why_others_did_not) {
    const std::string page = report_page(example_report());
    EXPECT_THAT(
        page,
        AllOf(
            HasSubstr("<th>oracle</th><th>fuzz</th><th>stress</th></tr>"),
            HasSubstr("<tr><td>audit</td><td>on</td><td>on</td></tr>"),
            HasSubstr("<td>off<br><small class=\"soft\">none in &lt;this&gt; program</small></td>"),
            HasSubstr("<td>on in 1 of 2<br><small class=\"soft\">else off: no --race</small></td>"),
            HasSubstr("<tr><td>lost wake-ups</td><td>on</td><td></td></tr>")));
    CampaignReport report = example_report();
    for (auto& [key, cell] : report.state.cells) {
        cell.oracles.clear();
    }
    EXPECT_THAT(report_page(report), Not(HasSubstr("oracle")));
}

TEST(Page, says_what_is_new_since_the_last_run) {
    EXPECT_THAT(report_page(example_report()),
                AllOf(HasSubstr("<h2>New since run 1</h2>"), HasSubstr("kmem: 200 more features"),
                      HasSubstr("kmem: 2 ways of branches more in kernel::copy&lt;int&gt;")));
    CampaignReport first = example_report();
    first.state.previous.reset();
    EXPECT_THAT(report_page(first), Not(HasSubstr("New since")));
}

TEST(Page, a_campaign_that_found_nothing_is_good) {
    CampaignReport report = example_report();
    report.findings.clear();
    EXPECT_THAT(report_page(report),
                AllOf(HasSubstr("class=\"verdict good\"><h1>Nothing found</h1>"),
                      Not(HasSubstr("<h2>Findings"))));
    report.finished = false;
    EXPECT_THAT(report_page(report), HasSubstr("Nothing found so far"));
}

TEST(Report, the_exit_status_is_2_for_findings_0_for_none_and_1_where_nothing_ran) {
    CampaignReport report = example_report();
    EXPECT_EQ(report.exit_status(), 2);
    report.findings.erase(report.findings.begin());
    EXPECT_EQ(report.exit_status(), 0) << "an old one that was not seen again";
    std::erase_if(report.state.cells, [](const auto& cell) { return cell.second.problems == 0; });
    EXPECT_EQ(report.exit_status(), 1);
}

TEST(Report, as_json_it_has_all_of_it) {
    const auto json = nlohmann::json::parse(report_json(example_report()));
    EXPECT_EQ(json.at("schema"), "stampede.campaign/1");
    EXPECT_EQ(json.at("exit_status"), 2);
    EXPECT_EQ(json.at("run").at("executions"), 70000);
    EXPECT_EQ(json.at("run").at("new_findings"), 1);
    const auto& finding = json.at("findings").at(0);
    EXPECT_EQ(finding.at("title"), "<script>alert(1)</script> & \"more\"");
    EXPECT_EQ(finding.at("flaky"), true);
    EXPECT_EQ(finding.at("showed"), 3);
    EXPECT_EQ(finding.at("harts"), nlohmann::json::array({4}));
    EXPECT_EQ(json.at("policies").at(0).at("coverage").at("covered"), 60);
    EXPECT_EQ(json.at("slots").size(), 3u);
    EXPECT_EQ(json.at("slots").at(0).at("oracles").at(2),
              (nlohmann::json{{"name", "races"},
                              {"slots_watched", 0},
                              {"slots_off", 3},
                              {"why_off", "none in <this> program"}}));
    EXPECT_EQ(json.at("executions_over_time").size(), 3u);
}

TEST(Report, as_junit_it_has_a_case_for_each_kind_kernel_and_number_of_harts) {
    const std::string xml = report_junit(example_report());
    EXPECT_THAT(xml, HasSubstr("tests=\"3\" failures=\"1\" errors=\"1\""));
    EXPECT_THAT(xml, Not(HasSubstr("an old one"))) << "a failure of a case that did not show it";
    pugi::xml_document read;
    ASSERT_TRUE(read.load_string(xml.c_str()));
    const pugi::xml_node suite = read.child("testsuites").child("testsuite");
    const auto named = [&](const char* class_name, const char* name) {
        return suite.find_child([&](const pugi::xml_node& one) {
            return std::string_view(one.attribute("classname").value()) == class_name &&
                   std::string_view(one.attribute("name").value()) == name;
        });
    };
    const pugi::xml_node found = named("nightly.fuzz", "kmem on 4 harts");
    EXPECT_STREQ(found.attribute("time").value(), "50.000");
    EXPECT_STREQ(found.child("failure").attribute("type").value(), "finding");
    EXPECT_STREQ(found.child("failure").attribute("message").value(),
                 "<script>alert(1)</script> & \"more\"");
    const pugi::xml_node broken = named("nightly.stress", "kmem on 8 harts");
    EXPECT_STREQ(broken.child("error").attribute("message").value(), "exit <3>");
    const pugi::xml_node passed = named("nightly.fuzz-race", "kmem on 2 harts");
    EXPECT_STREQ(passed.attribute("time").value(), "60.000");
    EXPECT_FALSE(passed.first_child());
}

TEST(Report, is_gathered_from_what_lies_in_the_folders) {
    const TemporaryFolder folder;
    CampaignOptions options;
    options.out = folder.path() / "out";
    options.corpus = folder.path() / "corpus";
    options.policies = {"kmem"};
    CampaignReport example = example_report();
    for (const ReportedFinding& one : example.findings) {
        const FindingStore store(options.out / "findings");
        ASSERT_TRUE(
            store.add(one.finding, {{"program", "the first"}, {"program.minimal", "the small"}})
                .has_value());
    }
    ASSERT_TRUE(
        write_file_atomically(
            options.out / "coverage-kmem.json",
            R"({"schema":"stampede.coverage/1","policy":"kmem","programs":3,"total":{"edges":9,"covered":4},"functions":[
                                          {"function":"f","file":"x.cpp","edges":9,"covered":4,"reachable":false,
                                           "lines":[{"line":12,"edges":2,"covered":1,"hits":345}]}]})")
            .has_value());
    const auto report = gather_report(options, example.state, {"a problem"});
    ASSERT_TRUE(report.has_value()) << report.error().message;
    ASSERT_EQ(report->findings.size(), 2u);
    EXPECT_TRUE(report->findings[0].is_new);
    EXPECT_FALSE(report->findings[1].seen);
    EXPECT_EQ(report->findings[0].program, "the small");
    EXPECT_EQ(report->policies[0].features_before, 1000u);
    ASSERT_TRUE(report->policies[0].coverage.has_value());
    EXPECT_FALSE(report->policies[0].coverage->functions[0].reachable);
    EXPECT_EQ(report->policies[0].coverage->functions[0].lines[0].hits, 345u);
    ASSERT_TRUE(write_report(options.out, *report).has_value());
    EXPECT_THAT(read_file(options.out / "report.html").value_or(""), HasSubstr("a problem"));
    EXPECT_TRUE(std::filesystem::exists(options.out / "report.json") &&
                std::filesystem::exists(options.out / "junit.xml"));
}

TEST(Coverage, what_is_none_is_refused_by_name) {
    for (const char* text : {"", "{}", R"({"schema":"other"})",
                             R"({"schema":"stampede.coverage/1","policy":"kmem","programs":3})"}) {
        const auto coverage = parse_coverage(text, "coverage.json");
        ASSERT_FALSE(coverage.has_value()) << text;
        EXPECT_THAT(coverage.error().message, HasSubstr("coverage.json: "));
    }
}

}  // namespace
}  // namespace stampede::campaign
