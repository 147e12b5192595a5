#include "fuzz/campaign/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <thread>

#include "fuzz/campaign/coverage.h"
#include "fuzz/campaign/folder_lock.h"
#include "fuzz/campaign/journal.h"
#include "fuzz/campaign/worker.h"

namespace stampede::campaign {
namespace {

namespace files = std::filesystem;

constexpr double last_triage_s = 120;
constexpr double between_reports_s = 60;
// It shares more memory than there is, which needs a kernel that shares.
constexpr std::pair eager_cannot{"eager", "cowtest"};
// Workloads that bear the failure of any allocation: others fail a check of their own.
constexpr std::array bearing{"forkbomb", "cowstorm"};

double seconds_since_1970() { return static_cast<double>(std::time(nullptr)); }

// Whether the target takes STAMPEDE_SCHEDULE=parallel.
bool runs_parallel(const SlotSetup& setup, const Slot& slot, const StopWanted& stop) {
    const auto run = supervise({setup.programs.path_of(program_of(slot.kind)), "-runs=0"}, fuzz_environment(slot, "/nonexistent"), {}, stop);
    return run && run->status == 0;
}

// The kinds that can be done; why not, for the others.
std::vector<SlotKind> possible_kinds(const CampaignOptions& options, const SlotSetup& setup, const StopWanted& stop,
                                     std::vector<std::string>& problems) {
    std::vector<SlotKind> kinds;
    for (const SlotKind kind : options.kinds) {
        Slot slot;
        slot.kind = kind;
        slot.policy = options.policies.front();
        slot.harts = options.harts.front();
        if (!setup.programs.have(program_of(kind))) {
            problems.push_back(fmt::format("{}: left out, there is no {}", name_of(kind), setup.programs.path_of(program_of(kind))));
        } else if (kind == SlotKind::FuzzParallel && !runs_parallel(setup, slot, stop)) {
            problems.push_back(fmt::format("{}: left out, {} refuses STAMPEDE_SCHEDULE=parallel", name_of(kind), program_of(kind)));
        } else {
            kinds.push_back(kind);
        }
    }
    return kinds;
}

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

Result<void> write_current(const CampaignOptions& options, State state, const std::vector<std::string>& problems) {
    const auto report = gather_report(options, std::move(state), problems);
    return report ? write_report(options.out, *report) : std::unexpected(report.error());
}

// Slot after slot.
Result<void> work_on(const Workshop& shop, Journal& journal) {
    while (!shop.stop()) {
        const auto slot = journal.next_slot();
        if (!slot) {
            return {};
        }
        if (auto done = do_slot(shop, journal, *slot); !done) {
            return done;
        }
    }
    return {};
}

// `jobs` threads; the first error ends them all. Meanwhile the report is kept up to date.
Result<void> work(const Workshop& shop, Journal& journal, std::atomic<bool>& failed, const std::vector<std::string>& problems) {
    std::vector<Result<void>> results(shop.options.jobs);
    std::atomic<unsigned> working{shop.options.jobs};   // written by the workers, read here; seq_cst, for it is rare
    {
        std::vector<std::jthread> workers;
        for (Result<void>& result : results) {
            workers.emplace_back([&] {
                result = work_on(shop, journal);
                if (!result) {
                    failed.store(true);
                }
                --working;
            });
        }
        for (double written = seconds_now(); working.load() != 0; std::this_thread::sleep_for(std::chrono::milliseconds(100))) {
            if (seconds_now() - written >= between_reports_s) {
                written = seconds_now();
                if (const auto kept = write_current(shop.options, journal.state(), problems); !kept) {
                    fmt::print(stderr, "nightly: {}\n", kept.error().message);   // the last one will say so again
                }
            }
        }
    }
    const auto first = std::ranges::find_if(results, [](const Result<void>& result) { return !result; });
    return first != results.end() ? *first : journal.saved();
}

// Kinds none of whose slots ended well.
void tell_useless(const State& state, std::vector<std::string>& problems) {
    for (const Share& share : shares) {
        u64 slots = 0, bad = 0;
        std::string last;
        for (const auto& [key, cell] : state.cells) {
            if (key.kind == share.kind) {
                slots += cell.slots;
                bad += cell.problems;
                last = cell.problem.empty() ? last : cell.problem;
            }
        }
        if (slots != 0 && bad == slots) {
            problems.push_back(fmt::format("{}: none of {} slots ended as it should; the last: {}", share.name, slots, last));
        }
    }
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
                   {bearing.begin(), bearing.end()}, slot_seconds(options.seconds(), options.jobs), {eager_cannot}};
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
