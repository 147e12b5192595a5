#include <fmt/format.h>

#include <algorithm>

#include "fuzz/campaign/report/report.h"
#include "harts/report/forms/junit_suite.h"
#include "harts/report/forms/text.h"

namespace stampede::campaign {
namespace {

bool is_bad(const CellRecord& cell) { return cell.slots != 0 && cell.problems == cell.slots; }

// One failure for all its findings: many readers show the first one only.
void add_outcome(pugi::xml_node to, const CampaignReport& report, const CellRecord& cell) {
    if (cell.findings.empty()) {
        if (is_bad(cell)) {
            JunitSuite::add_error(to, cell.problem);
        }
        return;
    }
    std::string titles, texts;
    for (const ReportedFinding& one : report.findings) {
        if (cell.findings.contains(one.finding.key())) {
            titles += (titles.empty() ? "" : "; ") + one.finding.title;
            texts += report_text(one.finding) + "\n";
        }
    }
    JunitSuite::add_failure(to, "finding", titles, texts);
}

}  // namespace

std::string report_junit(const CampaignReport& report) {
    const auto& cells = report.state.cells;
    const auto count = [&](auto what) {
        return static_cast<std::size_t>(std::ranges::count_if(cells, what));
    };
    JunitSuite suite(
        "nightly",
        {.tests = cells.size(),
         .failures = count([](const auto& one) { return !one.second.findings.empty(); }),
         .errors = count(
             [](const auto& one) { return one.second.findings.empty() && is_bad(one.second); })},
        report.state.run.worked_s);
    for (const auto& [key, cell] : cells) {
        const std::string name = fmt::format("{} on {} harts", key.policy, key.harts);
        add_outcome(
            suite.add_case(fmt::format("nightly.{}", name_of(key.kind)), name, cell.seconds),
            report, cell);
    }
    return suite.text();
}

}  // namespace stampede::campaign
