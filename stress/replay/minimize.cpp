#include "stress/replay/minimize.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "stress/options/quantity.h"
#include "stress/replay/turn_merging.h"
#include "stress/report/summary.h"

namespace stampede {
namespace {

// of the schedule: a smaller workload is another one, with luck of its own
constexpr u64 seeds_a_candidate = 4;
constexpr u64 spare_instructions = 2'000'000;
constexpr std::array memories{u64{16} << 20, u64{32} << 20, u64{64} << 20};
constexpr std::array simple_schedules{"pct:1:1000000",    "round-robin:100000", "random:100000",
                                      "pct:2:100000",     "pct:2:10000",        "round-robin:10000",
                                      "random:10000",     "pct:2:1000",         "pct:3:2000",
                                      "round-robin:1000", "random:1000"};

u64 cost_of(const TrialResult& result) { return result.system_calls + result.switches; }

class Minimizer {
public:
    Minimizer(const ReplayFile& file, Effort& effort)
        : effort_(effort), title_(file.titles.front()), best_(file), fitting_(file) {}

    Minimized run() {
        Minimized minimized;
        const auto first = effort_.run({best_});
        minimized.repeats = first && first->shows(title_);
        if (minimized.repeats) {
            before_ = best_result_ = fitting_result_ = *first;
            for (bool smaller = true; smaller;) {
                smaller = shrink_workload();
                smaller |= shrink_schedule();
            }
            merge_all_turns();
        }
        minimized.before = std::move(before_);
        minimized.file = fitting_;
        minimized.after = std::move(fitting_result_);
        minimized.tries = effort_.tries();
        minimized.seconds = effort_.seconds();
        return minimized;
    }

private:
    // Smaller: fewer harts or less memory, at much the same cost
    enum class Gain : u8 { Cheaper, Smaller };

    bool attempt(const ReplayFile& candidate, Gain gain) {
        if (effort_.over()) {
            return false;
        }
        const auto result =
            effort_.run({candidate, 1, 2 * best_result_.instructions + spare_instructions});
        if (!result) {
            return false;
        }
        effort_.show(fmt::format(
            "minimizing  {:.1f} s  {} tries  {} system calls  {} switches", effort_.seconds(),
            effort_.tries(), grouped(best_result_.system_calls), grouped(best_result_.switches)));
        const u64 best = cost_of(best_result_), cost = cost_of(*result);
        // Neither number may end above the first: one is not bought with the other.
        const bool grown =
            result->system_calls > before_.system_calls || result->switches > before_.switches;
        if (!result->shows(title_) || grown ||
            (gain == Gain::Smaller ? cost > best + best / 10 : cost >= best)) {
            return false;
        }
        best_ = candidate;
        best_result_ = *result;
        if (replay_text(best_)) {
            fitting_ = best_;
            fitting_result_ = best_result_;
        }
        return true;
    }

    bool attempt_seeds(ReplayFile candidate, Gain gain) {
        candidate.runs.clear();
        if (attempt(candidate, gain)) {
            return true;
        }
        for (u64 seed = 0; seed < seeds_a_candidate; ++seed) {
            candidate.schedule_seed = seed;
            if (attempt(candidate, gain)) {
                return true;
            }
        }
        return false;
    }

    template <class Value, class Set>
    bool attempt_value(Value value, Set set, Gain gain) {
        ReplayFile candidate = best_;
        set(candidate, value);
        return attempt_seeds(std::move(candidate), gain);
    }

    // The smallest ones first: they are cheap.
    bool shrink_workload() {
        bool smaller = false;
        const u64 most = std::min(best_.operations.value_or(~u64{0}), best_result_.operations);
        for (u64 operations = 1; operations < most && !effort_.over(); operations *= 2) {
            if (attempt_value(
                    operations, [](ReplayFile& file, u64 value) { file.operations = value; },
                    Gain::Cheaper)) {
                smaller = true;
                break;
            }
        }
        for (unsigned cpus = 1; cpus < best_.cpus && !effort_.over(); ++cpus) {
            if (attempt_value(
                    cpus, [](ReplayFile& file, unsigned value) { file.cpus = value; },
                    Gain::Smaller)) {
                smaller = true;
                break;
            }
        }
        if (best_.duration.value_or(10) > 1) {
            smaller |= attempt_value(
                u64{1}, [](ReplayFile& file, u64 value) { file.duration = value; }, Gain::Smaller);
        }
        for (const u64 memory : memories) {
            if (memory < best_.memory &&
                attempt_value(
                    memory, [](ReplayFile& file, u64 value) { file.memory = value; },
                    Gain::Smaller)) {
                smaller = true;
                break;
            }
        }
        return smaller;
    }

    bool shrink_schedule() {
        bool simpler = false;
        for (const char* schedule : simple_schedules) {
            simpler |= attempt_value(
                std::string(schedule),
                [](ReplayFile& file, const std::string& value) { file.schedule = value; },
                Gain::Cheaper);
        }
        return simpler;
    }

    void merge_all_turns() {
        for (std::size_t size = best_result_.turns.size() / 2; size >= 2 && !effort_.over();
             size /= 2) {
            for (std::size_t at = 0; at < best_result_.turns.size() && !effort_.over();) {
                ReplayFile candidate = best_;
                candidate.runs = merge_turns(best_result_.turns, at, at + size);
                const bool fewer = candidate.runs.size() < best_result_.turns.size() &&
                                   attempt(candidate, Gain::Cheaper);
                at += fewer ? best_.cpus : size;
            }
        }
    }

    Effort& effort_;
    const std::string title_;
    ReplayFile best_, fitting_;  // the latter with a text that is short enough
    TrialResult before_, best_result_, fitting_result_;
};

}  // namespace

Minimized minimize(const ReplayFile& file, Effort& effort) { return Minimizer(file, effort).run(); }

std::string minimized_text(const Minimized& minimized, const ReplayFile& original) {
    const ReplayFile& file = minimized.file;
    std::string text = fmt::format(
        "minimized in {} tries, {:.1f} s: {} system calls (of {}) and {} context switches (of {}) "
        "are left",
        grouped(minimized.tries), minimized.seconds, grouped(minimized.after.system_calls),
        grouped(minimized.before.system_calls), grouped(minimized.after.switches),
        grouped(minimized.before.switches));
    text += fmt::format("; {} harts, {}", file.cpus, size_text(file.memory));
    if (file.operations && file.operations != original.operations) {
        text += fmt::format(", {} operations", grouped(*file.operations));
    }
    return text + (file.runs.empty()
                       ? fmt::format(", {}, seed {}", file.schedule, file.schedule_seed)
                       : fmt::format(", {} turns", grouped(file.runs.size())));
}

}  // namespace stampede
