#include "stress/replay/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stampede {
namespace {

// Short turns for what wants a quick change, long ones for what wants a long absence, pct for what
// wants few changes at the right places.
constexpr std::array schedules{"random:1000", "random:100", "pct:3:2000", "random:10000",
                               "pct:2:2000",  "random:30",  "pct:3:20000"};

// A round is all schedules once. Rounds begin small, for many short runs meet more beginnings than
// one long run, and audits come only at a run's end; each is twice as long as the one before.
constexpr u64 first_operations = 100;
constexpr u64 first_instructions = 100'000'000;
constexpr unsigned most_doublings = 20;

Trial trial_of(const ReplayFile& file, u64 number, u64 operations) {
    const unsigned doublings =
        static_cast<unsigned>(std::min<u64>(number / schedules.size(), most_doublings));
    Trial trial;
    trial.file = file;
    trial.file.runs.clear();
    trial.file.schedule = schedules[number % schedules.size()];
    trial.file.schedule_seed = file.seed + number;
    if (operations != 0) {
        trial.file.operations =
            std::min(file.operations.value_or(operations), first_operations << doublings);
    }
    trial.most_instructions = first_instructions << doublings;
    return trial;
}

}  // namespace

SearchResult search(const ReplayFile& file, std::vector<std::string> titles, u64 operations,
                    Effort& effort) {
    SearchResult result;
    for (u64 number = 0; !titles.empty() && !effort.over(); ++number) {
        Trial trial = trial_of(file, number, operations);
        trial.file.titles = titles;
        const std::optional<TrialResult> tried = effort.run(trial);
        if (!tried) {
            break;
        }
        for (const std::string& title : tried->titles) {
            if (std::erase(titles, title) != 0) {
                trial.file.titles = {title};
                result.found.emplace(title, trial.file);
            }
        }
        effort.show(fmt::format("searching  {:.1f} s  {} tries  {} found, {} not yet",
                                effort.seconds(), effort.tries(), result.found.size(),
                                titles.size()));
    }
    result.tries = effort.tries();
    result.seconds = effort.seconds();
    return result;
}

}  // namespace stampede
