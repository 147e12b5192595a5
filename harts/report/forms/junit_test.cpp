#include "harts/report/forms/junit.h"

#include <gmock/gmock.h>
#include <utf8cpp/utf8.h>

#include "harts/report/forms/xml.h"
#include "harts/report/test_findings.h"

namespace stampede {
namespace {

using testing::AllOf;
using testing::HasSubstr;

RunReport run(Verdict verdict) {
    RunReport report;
    report.command = {"build/release/bin/stress", "forkbomb"};
    report.verdict = verdict;
    report.wall_s = 1.25;
    return report;
}

TEST(Junit, a_passed_run_is_one_case) {
    EXPECT_EQ(junit_xml(run(Verdict::Passed), "forkbomb"),
              "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
              "<testsuites>\n"
              "  <testsuite name=\"stress\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\" "
              "time=\"1.250\">\n"
              "    <testcase classname=\"stress\" name=\"forkbomb\" time=\"1.250\"></testcase>\n"
              "  </testsuite>\n"
              "</testsuites>\n");
}

TEST(Junit, every_finding_is_a_failed_case_with_its_report) {
    RunReport report = run(Verdict::Findings);
    report.findings = {full_finding(), bare_finding()};
    EXPECT_EQ(
        junit_xml(report, "forkbomb"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites>\n"
        "  <testsuite name=\"stress\" tests=\"3\" failures=\"2\" errors=\"0\" skipped=\"0\" "
        "time=\"1.250\">\n"
        "    <testcase classname=\"stress\" name=\"forkbomb\" time=\"1.250\"></testcase>\n"
        "    <testcase classname=\"stress\" name=\"forkbomb: count is one too high\" "
        "time=\"0.000\">\n"
        "      <failure type=\"audit\" message=\"count is one too high\">audit: count is one too "
        "high\n"
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
        "stress --seed 5 'fork bomb'\n"
        "</failure>\n"
        "    </testcase>\n"
        "    <testcase classname=\"stress\" name=\"forkbomb: the run took too long\" "
        "time=\"0.000\">\n"
        "      <failure type=\"timeout\" message=\"the run took too long\">timeout: the run took "
        "too long\n"
        "</failure>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
}

TEST(Junit, an_error_and_an_interruption_are_told_apart) {
    RunReport failed = run(Verdict::Error);
    failed.error = "--cpus 65: \"at most 64\"";
    EXPECT_THAT(junit_xml(failed, "forkbomb"),
                AllOf(HasSubstr("errors=\"1\""),
                      HasSubstr("<error message=\"--cpus 65: &quot;at most 64&quot;\"></error>")));
    EXPECT_THAT(junit_xml(run(Verdict::Interrupted), "forkbomb"),
                AllOf(HasSubstr("skipped=\"1\""),
                      HasSubstr("<skipped message=\"interrupted\"></skipped>")));
}

TEST(Junit, what_a_guest_wrote_cannot_break_out_of_its_place) {
    RunReport report = run(Verdict::Findings);
    report.findings = {bare_finding()};
    report.findings[0].title = "panic: \"</failure>\" & <more>\n";
    report.findings[0].detail = "]]> \x1b[31m \xff";
    pugi::xml_document read;
    ASSERT_TRUE(read.load_string(junit_xml(report, "a<b").c_str()));
    const pugi::xml_node suite = read.child("testsuites").child("testsuite"),
                         failed = suite.last_child();
    EXPECT_STREQ(suite.first_child().attribute("name").value(), "a<b");
    EXPECT_EQ(failed.attribute("name").value(), "a<b: " + report.findings[0].title);
    EXPECT_EQ(failed.child("failure").attribute("message").value(), report.findings[0].title);
    EXPECT_THAT(failed.child("failure").text().get(),
                HasSubstr("\n]]> \xef\xbf\xbd[31m \xef\xbf\xbd\n"));
}

TEST(Xml, keeps_utf_8_and_replaces_what_is_none) {
    EXPECT_EQ(xml_text("käse → \xf0\x9f\x90\x82"), "käse → \xf0\x9f\x90\x82");
    for (const std::string_view wrong :
         {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "a\xe2\x86", "\xff", "\xf5\x80\x80\x80"}) {
        // overlong, twice; a surrogate; cut short; no lead; past U+10FFFF
        const std::string text = xml_text(wrong);
        EXPECT_TRUE(utf8::is_valid(text.begin(), text.end()));
        EXPECT_THAT(text, HasSubstr("\xef\xbf\xbd"));
    }
    EXPECT_EQ(xml_text("a\xff"
                       "b"),
              "a\xef\xbf\xbd"
              "b");
    EXPECT_EQ(xml_text("\xef\xbf\xbf"), "\xef\xbf\xbd");  // U+FFFF
    EXPECT_EQ(xml_text(std::string_view("\0", 1)), "\xef\xbf\xbd");
}

TEST(Xml, blanks_survive_attributes) {
    pugi::xml_document document;
    add_attribute(document.append_child("a"), "b", "a\tb\nc\r");
    add_text(document.first_child(), "a\tb\nc");
    const std::string text = text_of(document, XmlLayout::OneLine);
    EXPECT_EQ(text, "<a b=\"a&#09;b&#10;c&#13;\">a\tb\nc</a>");
    pugi::xml_document again;
    ASSERT_TRUE(again.load_string(text.c_str()));
    EXPECT_STREQ(again.first_child().attribute("b").value(), "a\tb\nc\r");
}

}  // namespace
}  // namespace stampede
