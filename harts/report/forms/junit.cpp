#include "harts/report/forms/junit.h"

#include <algorithm>

#include "harts/report/forms/junit_suite.h"
#include "harts/report/forms/text.h"

namespace stampede {
namespace {

std::string suite_name(const RunReport& report) {
    const std::string program = report.command.empty() ? "stampede" : report.command.front();
    return program.substr(program.rfind('/') + 1);  // npos + 1 is 0
}

// The first workload that showed it.
std::string shown_by(const RunReport& report, const Finding& finding, const std::string& name) {
    for (const WorkReport& work : report.works) {
        if (std::ranges::find(work.titles, finding.title) != work.titles.end()) {
            return work.name();
        }
    }
    return name;
}

// The run has a case of its own beside those of its findings.
void add_run(JunitSuite& suite, const RunReport& report, const std::string& class_name,
             const std::string& name) {
    pugi::xml_node run = suite.add_case(class_name, name, report.wall_s);
    switch (report.verdict) {
    case Verdict::Error: JunitSuite::add_error(run, report.error); break;
    case Verdict::Interrupted: JunitSuite::add_skipped(run, "interrupted"); break;
    case Verdict::Passed:
    case Verdict::Findings: break;
    }
}

}  // namespace

std::string junit_xml(const RunReport& report, const std::string& name) {
    const std::string class_name = suite_name(report);
    JunitSuite suite(class_name,
                     {.tests = 1 + report.works.size() + report.findings.size(),
                      .failures = report.findings.size(),
                      .errors = report.verdict == Verdict::Error ? 1u : 0u,
                      .skipped = report.verdict == Verdict::Interrupted ? 1u : 0u},
                     report.wall_s);
    add_run(suite, report, class_name, name);
    for (const WorkReport& work : report.works) {
        suite.add_case(class_name, work.name(), work.wall_s);
    }
    for (const Finding& finding : report.findings) {
        const std::string where = shown_by(report, finding, name);
        JunitSuite::add_failure(suite.add_case(class_name, where + ": " + finding.title, 0),
                                name_of(finding.kind), finding.title, report_text(finding));
    }
    return suite.text();
}

}  // namespace stampede
