#include "harts/report/forms/junit.h"

#include <fmt/format.h>

#include "harts/report/forms/text.h"
#include "harts/report/forms/xml.h"

namespace stampede {
namespace {

std::string attribute(std::string_view text) { return xml_escape(text, XmlPlace::Attribute); }
std::string content(std::string_view text) { return xml_escape(text, XmlPlace::Text); }

std::string suite_name(const RunReport& report) {
    const std::string program = report.command.empty() ? "stampede" : report.command.front();
    return program.substr(program.rfind('/') + 1);  // npos + 1 is 0
}

// What the run's own case says beside its name; a finding has a case of its own.
std::string outcome(const RunReport& report) {
    switch (report.verdict) {
    case Verdict::Error: return fmt::format("<error message=\"{}\"/>", attribute(report.error));
    case Verdict::Interrupted: return "<skipped message=\"interrupted\"/>";
    case Verdict::Passed:
    case Verdict::Findings: return "";
    }
    __builtin_unreachable();
}

std::string finding_case(const Finding& finding, const std::string& suite, const std::string& name) {
    return fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"0\">\n"
                       "    <failure type=\"{}\" message=\"{}\">{}</failure>\n"
                       "  </testcase>\n",
                       attribute(suite), attribute(name + ": " + finding.title), name_of(finding.kind),
                       attribute(finding.title), content(report_text(finding)));
}

}  // namespace

std::string junit_xml(const RunReport& report, const std::string& name) {
    const std::string suite = suite_name(report);
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    xml += fmt::format("<testsuites>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
                       "time=\"{:.3f}\">\n",
                       attribute(suite), 1 + report.findings.size(), report.findings.size(),
                       report.verdict == Verdict::Error ? 1 : 0, report.verdict == Verdict::Interrupted ? 1 : 0,
                       report.wall_s);
    xml += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">{}</testcase>\n", attribute(suite),
                       attribute(name), report.wall_s, outcome(report));
    for (const Finding& finding : report.findings) {
        xml += finding_case(finding, suite, name);
    }
    return xml + "</testsuite>\n</testsuites>\n";
}

}  // namespace stampede
