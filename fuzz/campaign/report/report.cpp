#include "fuzz/campaign/report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "harts/report/atomic_file.h"
#include "harts/report/finding_store.h"

namespace stampede::campaign {
namespace {

std::optional<PolicyCoverage> coverage_in(const std::filesystem::path& file, std::string& why_not) {
    const auto text = read_file(file);
    if (!text) {
        why_not = std::filesystem::exists(file) ? text.error().message
                                                : "guest_coverage has not measured it";
        return std::nullopt;
    }
    auto coverage = parse_coverage(*text, file.string());
    if (!coverage) {
        why_not = coverage.error().message;
        return std::nullopt;
    }
    return std::move(*coverage);
}

ReportedPolicy policy_of(const CampaignOptions& options, const State& state,
                         const std::string& name) {
    ReportedPolicy policy;
    policy.name = name;
    if (const auto corpus = Corpus::open(options.corpus, name, ~u64{0})) {
        policy.corpus = corpus->size();
    }
    if (const auto record = state.policies.find(name); record != state.policies.end()) {
        policy.record = record->second;
    }
    if (state.previous && state.previous->features.contains(name)) {
        policy.features_before = state.previous->features.at(name);
    }
    policy.coverage = coverage_in(coverage_file(options.out, name), policy.no_coverage);
    std::string ignored;
    policy.coverage_before = coverage_in(previous_coverage_file(options.out, name), ignored);
    return policy;
}

ReportedFinding finding_of(const std::filesystem::path& folder, const State& state,
                           const Finding& finding) {
    ReportedFinding reported{.finding = finding, .record = {}, .program = ""};
    const std::string key = finding.key();
    if (const auto record = state.findings.find(key); record != state.findings.end()) {
        reported.record = record->second;
    }
    reported.is_new = state.is_new(key);
    reported.seen = state.run.findings.contains(key);
    for (const char* name : {"program.minimal", "program"}) {
        if (auto text = read_file(folder / name); text && reported.program.empty()) {
            reported.program = std::move(*text);
        }
    }
    return reported;
}

}  // namespace

u64 CampaignReport::seen() const {
    return static_cast<u64>(std::ranges::count(findings, true, &ReportedFinding::seen));
}
u64 CampaignReport::fresh() const {
    return static_cast<u64>(std::ranges::count(findings, true, &ReportedFinding::is_new));
}

int CampaignReport::exit_status() const {
    if (seen() != 0) {
        return 2;
    }
    const bool worked = std::ranges::any_of(
        state.cells, [](const auto& cell) { return cell.second.problems < cell.second.slots; });
    return worked ? 0 : 1;
}

Result<CampaignReport> gather_report(const CampaignOptions& options, State state,
                                     std::vector<std::string> problems) {
    const FindingStore store(options.out / "findings");
    const auto findings = store.load();
    if (!findings) {
        return std::unexpected(findings.error());
    }
    CampaignReport report;
    for (const Finding& finding : *findings) {
        report.findings.push_back(finding_of(store.folder_of(finding), state, finding));
    }
    std::ranges::sort(report.findings, {}, [](const ReportedFinding& one) {
        return std::tuple(!one.is_new, !one.seen, one.finding.kind, one.finding.title);
    });
    for (const std::string& policy : options.policies) {
        report.policies.push_back(policy_of(options, state, policy));
    }
    report.finished = state.run.finished;
    report.state = std::move(state);
    report.problems = std::move(problems);
    report.host = HostInfo::of_this_host();
    report.jobs = options.jobs;
    report.source = options.source;
    return report;
}

Result<void> write_report(const std::filesystem::path& out, const CampaignReport& report) {
    for (const auto& [name, content] :
         {std::pair<std::string, std::string>{"report.json", report_json(report)},
          {"junit.xml", report_junit(report)},
          {"report.html", report_page(report)}}) {
        if (auto written = write_file_atomically(out / name, content); !written) {
            return written;
        }
    }
    return {};
}

}  // namespace stampede::campaign
