#include "fuzz/campaign/campaign.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <functional>
#include <set>
#include <thread>

#include "fuzz/campaign/corpus/coverage.h"
#include "fuzz/campaign/crew.h"
#include "fuzz/campaign/slots/kinds.h"
#include "fuzz/campaign/state/folder_lock.h"
#include "fuzz/campaign/state/journal.h"
#include "fuzz/campaign/worker.h"

namespace stampede::campaign {
namespace {

namespace files = std::filesystem;

constexpr double last_triage_s = 120;

template <class Wanted>
std::vector<std::string> names_of(Wanted wanted) {
    std::vector<std::string> names;
    for (const Workload& workload : workloads()) {
        if (std::invoke(wanted, workload)) {
            names.push_back(workload.name);
        }
    }
    return names;
}

std::vector<std::string> to_stress() {
    return names_of([](const Workload& workload) { return workload.kind != WorkloadKind::Bench; });
}

// Error: a kernel that there is none of.
Result<std::set<std::pair<std::string, std::string>>> unfit_pairs(
    const Shelf& shelf, const std::vector<std::string>& policies) {
    std::set<std::pair<std::string, std::string>> pairs;
    for (const std::string& policy : policies) {
        const Result<Guest> guest = shelf.kernel(policy);
        if (!guest) {
            return std::unexpected(guest.error());
        }
        for (const std::string& name :
             names_of([&](const Workload& workload) { return !guest->can_pass(workload); })) {
            pairs.emplace(policy, name);
        }
    }
    return pairs;
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
Result<void> recover(const CampaignContext& context, Journal& journal) {
    std::error_code absent;
    std::vector<files::path> left;
    for (const auto& entry : files::directory_iterator(context.work(), absent)) {
        left.push_back(entry.path());
    }
    if (!left.empty()) {
        // The system lets go of a killed campaign's lock a moment before it kills its children.
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    for (const files::path& folder : left) {
        if (const auto slot = slot_named(folder.filename().string())) {
            if (const auto gathered = gather(context, journal, *slot, {folder}); !gathered) {
                return gathered;
            }
        } else {
            std::error_code ignored;
            // a minimisation's: the corpus has not changed, or has all that it kept
            files::remove_all(folder, ignored);
        }
    }
    return {};
}

// A run compares with the one before it.
void keep_previous_coverage(const CampaignOptions& options, const State& state) {
    for (const std::string& policy : options.policies) {
        if (state.run.worked_s == 0) {
            std::error_code absent;
            files::rename(coverage_file(options.out, policy),
                          previous_coverage_file(options.out, policy), absent);
        }
    }
}

// Of a campaign that was interrupted too: it takes some seconds.
void measure_all(const CampaignOptions& options, const Shelf& shelf,
                 std::vector<std::string>& problems) {
    for (const std::string& policy : options.policies) {
        if (const auto measured =
                measure_coverage(shelf, policy, options.corpus / policy, options.source,
                                 coverage_file(options.out, policy));
            !measured) {
            problems.push_back("coverage by function: left out, " + measured.error().message);
            return;
        }
    }
}

}  // namespace

Result<CampaignReport> run_campaign(const CampaignOptions& options, const Shelf& shelf,
                                    const StopWanted& stop) {
    if (auto made = make_folders(options.out / "work"); !made) {
        return std::unexpected(made.error());
    }
    const auto lock = FolderLock::take(options.out / ".lock", FolderLock::Patience::Refuse);
    if (!lock) {
        return std::unexpected(lock.error());
    }
    auto corpora = open_corpora(options);
    auto state = load_state(options.out / "state.json");
    auto unfit = unfit_pairs(shelf, options.policies);
    if (!corpora || !state || !unfit) {
        return std::unexpected(!corpora ? corpora.error() : !state ? state.error() : unfit.error());
    }
    std::atomic<bool> failed{false};  // written by a worker, read by all; seq_cst, for it is rare
    std::vector<std::string> problems;
    CampaignContext context{
        options, {shelf, options.corpus, options.suppressions}, std::move(*corpora), [&] {
            return stop() || failed.load();
        }};
    const double left = state->begin_run(options.seconds(), seconds_since_1970());
    const double seconds = state->run.worked_s + left;
    PlanSetup plan{possible_kinds(options, context.setup, stop, problems),
                   options.policies,
                   options.harts,
                   to_stress(),
                   names_of(&Workload::is_for_each_failure),
                   slot_seconds(options.seconds(), options.jobs),
                   std::move(*unfit)};
    if (plan.kinds.empty()) {
        return error(fmt::format("nothing can be done: {}",
                                 problems.empty() ? "no kind was asked for" : problems.front()));
    }
    keep_previous_coverage(options, *state);
    Journal journal(std::move(*state), std::move(plan), options.out / "state.json", seconds,
                    seconds_now);
    if (const auto recovered = recover(context, journal); !recovered) {
        return std::unexpected(recovered.error());
    }
    if (const auto worked = work(context, journal, failed, problems); !worked) {
        return std::unexpected(worked.error());
    }
    if (const auto looked = triage_new(context, journal, last_triage_s); !looked) {
        return std::unexpected(looked.error());
    }
    journal.finish_run();
    report_unusable(journal.state(), problems);
    measure_all(options, shelf, problems);
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
