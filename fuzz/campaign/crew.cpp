#include "fuzz/campaign/crew.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "fuzz/campaign/report/report.h"

namespace stampede::campaign {
namespace {

constexpr double between_reports_s = 60;

Result<void> write_current(const CampaignOptions& options, State state,
                           const std::vector<std::string>& problems) {
    const auto report = gather_report(options, std::move(state), problems);
    return report ? write_report(options.out, *report) : std::unexpected(report.error());
}

// Slot after slot.
Result<void> work_on(const CampaignContext& context, Journal& journal) {
    while (!context.stop()) {
        const auto slot = journal.next_slot();
        if (!slot) {
            return {};
        }
        if (auto done = do_slot(context, journal, *slot); !done) {
            return done;
        }
    }
    return {};
}

}  // namespace

Result<void> work(const CampaignContext& context, Journal& journal, std::atomic<bool>& failed,
                  const std::vector<std::string>& problems) {
    std::vector<Result<void>> results(context.options.jobs);
    // written by the workers, read here; seq_cst, for it is rare
    std::atomic<unsigned> working{context.options.jobs};
    {
        std::vector<std::jthread> workers;
        for (Result<void>& result : results) {
            workers.emplace_back([&] {
                result = work_on(context, journal);
                if (!result) {
                    failed.store(true);
                }
                --working;
            });
        }
        for (double written = seconds_now(); working.load() != 0;
             std::this_thread::sleep_for(std::chrono::milliseconds(100))) {
            if (seconds_now() - written >= between_reports_s) {
                written = seconds_now();
                if (const auto kept = write_current(context.options, journal.state(), problems);
                    !kept) {
                    // the last one will say so again
                    fmt::print(stderr, "nightly: {}\n", kept.error().message);
                }
            }
        }
    }
    const auto first =
        std::ranges::find_if(results, [](const Result<void>& result) { return !result; });
    return first != results.end() ? *first : journal.saved();
}

}  // namespace stampede::campaign
