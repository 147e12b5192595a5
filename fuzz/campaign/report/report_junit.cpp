#include <fmt/format.h>

#include <algorithm>

#include "fuzz/campaign/report/report.h"
#include "harts/report/forms/text.h"
#include "harts/report/forms/xml.h"

namespace stampede::campaign {
namespace {

std::string attribute(std::string_view text) { return xml_escape(text, XmlPlace::Attribute); }
std::string content(std::string_view text) { return xml_escape(text, XmlPlace::Text); }

bool is_bad(const CellRecord& cell) { return cell.slots != 0 && cell.problems == cell.slots; }

// One failure for all its findings: many readers show the first one only.
std::string outcome(const CampaignReport& report, const CellRecord& cell) {
    if (cell.findings.empty()) {
        return is_bad(cell) ? fmt::format("<error message=\"{}\"/>", attribute(cell.problem)) : "";
    }
    std::string titles, texts;
    for (const ReportedFinding& one : report.findings) {
        if (cell.findings.contains(one.finding.key())) {
            titles += (titles.empty() ? "" : "; ") + one.finding.title;
            texts += report_text(one.finding) + "\n";
        }
    }
    return fmt::format("<failure type=\"finding\" message=\"{}\">{}</failure>", attribute(titles), content(texts));
}

}  // namespace

std::string report_junit(const CampaignReport& report) {
    const auto& cells = report.state.cells;
    const auto failures = std::ranges::count_if(cells, [](const auto& one) { return !one.second.findings.empty(); });
    const auto errors = std::ranges::count_if(cells, [](const auto& one) { return one.second.findings.empty() && is_bad(one.second); });
    std::string xml = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
                                  "<testsuite name=\"nightly\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" time=\"{:.3f}\">\n",
                                  cells.size(), failures, errors, report.state.run.worked_s);
    for (const auto& [key, cell] : cells) {
        xml += fmt::format("  <testcase classname=\"nightly.{}\" name=\"{} on {} harts\" time=\"{:.3f}\">{}</testcase>\n", name_of(key.kind),
                           attribute(key.policy), key.harts, cell.seconds, outcome(report, cell));
    }
    return xml + "</testsuite>\n</testsuites>\n";
}

}  // namespace stampede::campaign
