// What a campaign reports: gathered once, then rendered as a page, as JSON and as JUnit XML.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/campaign/corpus/corpus.h"
#include "fuzz/campaign/corpus/coverage.h"
#include "fuzz/campaign/options.h"
#include "fuzz/campaign/state/state.h"
#include "harts/report/finding.h"
#include "harts/report/forms/run_report.h"

namespace stampede::campaign {

struct ReportedFinding {
    Finding finding;
    FindingRecord record;
    std::string program;  // the smallest that shows it, as text; empty: none
    bool is_new = false;  // not seen by a run before this one
    bool seen = false;    // by this run
};

struct ReportedPolicy {
    std::string name;
    CorpusSize corpus;
    PolicyRecord record;
    std::optional<u64> features_before;  // at the previous run's end
    std::optional<PolicyCoverage> coverage, coverage_before;
    std::string no_coverage;  // why it is not there
};

struct CampaignReport {
    std::vector<ReportedFinding> findings;  // new ones first, then those seen, then the others
    std::vector<ReportedPolicy> policies;
    State state;
    std::vector<std::string> problems;
    HostInfo host;
    unsigned jobs = 1;
    bool finished = false;         // false: the campaign still runs
    std::filesystem::path source;  // may be empty

    [[nodiscard]] u64 seen() const;
    [[nodiscard]] u64 fresh() const;
    // The command's: 0 nothing found, 2 findings; 1 where nothing could be done.
    [[nodiscard]] int exit_status() const;
};

// From OUT and CORPUS. Error: a finding that cannot be read.
[[nodiscard]] Result<CampaignReport> gather_report(const CampaignOptions& options, State state,
                                                   std::vector<std::string> problems);

[[nodiscard]] std::string report_page(const CampaignReport& report);
// `stampede.campaign/1`
[[nodiscard]] std::string report_json(const CampaignReport& report);
// One case for each kind of slot, policy and number of harts of this run.
[[nodiscard]] std::string report_junit(const CampaignReport& report);

// OUT/report.html, report.json and junit.xml, each whole at any moment.
[[nodiscard]] Result<void> write_report(const std::filesystem::path& out,
                                        const CampaignReport& report);

}  // namespace stampede::campaign
