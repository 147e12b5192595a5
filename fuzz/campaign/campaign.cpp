#include "fuzz/campaign/campaign.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <string_view>
#include <thread>

#include "fuzz/campaign/corpus/coverage.h"
#include "fuzz/campaign/crew.h"
#include "fuzz/campaign/state/folder_lock.h"
#include "fuzz/campaign/state/journal.h"
#include "fuzz/campaign/slots/kinds.h"
#include "fuzz/campaign/worker.h"

namespace stampede::campaign {
namespace {

namespace files = std::filesystem;

constexpr double last_triage_s = 120;
// It shares more memory than there is, which needs a kernel that shares.
constexpr std::pair eager_cannot{"eager", "cowtest"};
// It takes all memory there is: a run for each allocation would be thirty thousand runs.
constexpr std::string_view takes_all = "oom";

// Workloads that bear the failure of any allocation, of which tests fail a check of their own.
std::vector<std::string> bearing() {
    std::vector<std::string> names = workloads({"torture"});
    std::erase(names, takes_all);
    return names;
}

double seconds_since_1970() { return static_cast<double>(std::time(nullptr)); }

Result<std::map<std::string, Corpus>> open_corpora(const CampaignOptions& options) {
    std::map<std::string, Corpus> corpora;
    for (const std::string& policy : options.policies) {
        auto corpus = Corpus::open(options.corpus, policy, options.corpus_megabytes << 20);
        if (!corpus) {
            return std::unexpected(corpus.error());
        }
        corpora.emplace(policy, std::move(*corpus));
    }
    return corpora;
}

// What a campaign that was killed left behind.
Result<void> recover(const Workshop& shop, Journal& journal) {
    std::error_code absent;
    std::vector<files::path> left;
    for (const auto& entry : files::directory_iterator(shop.work(), absent)) {
        left.push_back(entry.path());
    }
    if (!left.empty()) {
        // The system lets go of a killed campaign's lock a moment before it kills its children.
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    for (const files::path& folder : left) {
        if (const auto slot = slot_named(folder.filename().string())) {
            if (const auto gathered = gather(shop, journal, *slot, {folder}); !gathered) {
                return gathered;
            }
        } else {
            std::error_code ignored;
            files::remove_all(folder, ignored);   // a minimisation's: the corpus has not changed, or has all that it kept
        }
    }
    return {};
}

// A run compares with the one before it.
void keep_previous_coverage(const CampaignOptions& options, const State& state) {
    for (const std::string& policy : options.policies) {
        if (state.run.worked_s == 0) {
            std::error_code absent;
            files::rename(coverage_file(options.out, policy), previous_coverage_file(options.out, policy), absent);
        }
    }
}

// Of a campaign that was interrupted too: it takes some seconds.
void measure_all(const CampaignOptions& options, const Programs& programs, std::vector<std::string>& problems) {
    for (const std::string& policy : options.policies) {
        if (const auto measured = measure_coverage(programs, policy, options.corpus / policy, options.source, coverage_file(options.out, policy)); !measured) {
            problems.push_back("coverage by function: left out, " + measured.error().message);
            return;
        }
    }
}

}  // namespace

Result<CampaignReport> run_campaign(const CampaignOptions& options, const Programs& programs, const StopWanted& stop) {
    if (auto made = make_folders(options.out / "work"); !made) {
        return std::unexpected(made.error());
    }
    const auto lock = FolderLock::take(options.out / ".lock", FolderLock::Patience::Refuse);
    if (!lock) {
        return std::unexpected(lock.error());
    }
    auto corpora = open_corpora(options);
    auto state = load_state(options.out / "state.json");
    if (!corpora || !state) {
        return std::unexpected(!corpora ? corpora.error() : state.error());
    }
    std::atomic<bool> failed{false};   // written by a worker, read by all; seq_cst, for it is rare
    std::vector<std::string> problems;
    Workshop shop{options, {programs, options.corpus, options.suppressions}, std::move(*corpora), [&] { return stop() || failed.load(); }};
    const double left = state->begin_run(options.seconds(), seconds_since_1970());
    const double seconds = state->run.worked_s + left;
    PlanSetup plan{possible_kinds(options, shop.setup, stop, problems), options.policies, options.harts, workloads({"torture", "test"}),
                   bearing(), slot_seconds(options.seconds(), options.jobs), {eager_cannot}};
    if (plan.kinds.empty()) {
        return error(fmt::format("nothing can be done: {}", problems.empty() ? "no kind was asked for" : problems.front()));
    }
    keep_previous_coverage(options, *state);
    Journal journal(std::move(*state), std::move(plan), options.out / "state.json", seconds, seconds_now);
    if (const auto recovered = recover(shop, journal); !recovered) {
        return std::unexpected(recovered.error());
    }
    if (const auto worked = work(shop, journal, failed, problems); !worked) {
        return std::unexpected(worked.error());
    }
    if (const auto looked = triage_new(shop, journal, last_triage_s); !looked) {
        return std::unexpected(looked.error());
    }
    journal.finish_run();
    tell_useless(journal.state(), problems);
    measure_all(options, programs, problems);
    auto report = gather_report(options, journal.state(), std::move(problems));
    if (!report) {
        return std::unexpected(report.error());
    }
    if (const auto written = write_report(options.out, *report); !written) {
        return std::unexpected(written.error());
    }
    return report;
}

}  // namespace stampede::campaign
