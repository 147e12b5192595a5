#include "stress/replay/replay_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "stress/replay/replay.h"
#include "stress/replay/search.h"
#include "stress/replay/status_line.h"
#include "stress/replay/trial_reports.h"
#include "stress/report/conclusion.h"
#include "stress/report/summary.h"

namespace stampede {

std::string not_shown_text(const std::string& title) {
    return fmt::format("did not show again: {}\n", title);
}

std::string shown_text(const ReplayFile& file, const RunOutcome& outcome) {
    std::string text;
    for (const std::string& title : file.titles) {
        text +=
            outcome.shows(title) ? fmt::format("showed again: {}\n", title) : not_shown_text(title);
    }
    return text;
}

ExitStatus repeat_replay(const Plan& plan, Trials& trials, const Interrupts& interrupts) {
    const Options& options = plan.options;
    const ReplayFile& file = *plan.replay;
    auto reports = TrialReports::open(plan);
    if (!reports) {
        return refuse(options, plan.command, reports.error());
    }
    u64 done = 0, shown = 0, not_run = 0;
    std::set<u64> lengths;  // different runs rarely execute the same number of instructions
    const StatusLine line;
    for (; done < options.times; ++done) {
        Trial trial{file, file.titles.size(), ~u64{0}, options.time_limit().value()};
        reports->prepare(trial);
        auto result = trials.run(trial, interrupts);
        if (!result) {
            break;
        }
        const bool all = std::ranges::all_of(
            file.titles, [&](const std::string& title) { return result->shows(title); });
        shown += all ? 1 : 0;
        if (result->problem.empty()) {
            lengths.insert(result->instructions);
        } else {
            ++not_run;
        }
        line.show(
            fmt::format("replaying  {} of {} showed it again", grouped(shown), grouped(done + 1)));
        reports->add(std::move(*result), all);
    }
    line.show("");
    for (const std::string& title : file.titles) {
        fmt::print("{} of {} runs showed it again: {}\n", grouped(shown), grouped(done), title);
    }
    if (not_run != 0) {
        fmt::print("{} of {} could not run: {}\n", grouped(not_run), grouped(done),
                   trials.problem());
    }
    if (lengths.size() == 1) {
        fmt::print("each executed {} instructions\n", grouped(*lengths.begin()));
    } else if (!lengths.empty()) {
        fmt::print("they were not the same run: from {} to {} instructions, {} different numbers\n",
                   grouped(*lengths.begin()), grouped(*lengths.rbegin()), lengths.size());
    }
    return reports->write(file, done < options.times ? ExitStatus::Interrupted
                                : shown != 0         ? ExitStatus::Findings
                                : not_run != 0       ? ExitStatus::HostLacks
                                                     : ExitStatus::Passed);
}

void search_replays(const Options& options, const GuestHashes& guest, const RunOutcome& outcome,
                    Trials& trials, const Interrupts& interrupts, ReplaysByTitle& replays) {
    std::vector<std::string> titles;
    for (const Finding& finding : outcome.findings) {
        if (repeats(finding) && !replays.contains(finding.title)) {
            titles.push_back(finding.title);
        }
    }
    if (titles.empty()) {
        return;
    }
    SearchResult result;
    {
        const StatusLine line;
        Effort effort(trials, interrupts, *options.search,
                      [&](const std::string& text) { line.show(text); });
        result = search(replay_of(options, guest, ""), titles, outcome.operations, effort);
    }
    fmt::print("searched in repeatable schedules: {} of {} findings in {} tries, {:.1f} s\n",
               result.found.size(), titles.size(), grouped(result.tries), result.seconds);
    if (!trials.problem().empty()) {
        fmt::print("some tries could not run: {}\n", trials.problem());
    }
    for (const std::string& title : titles) {
        if (!result.found.contains(title)) {
            fmt::print("not found again: {}\n", title);
        }
    }
    replays.merge(result.found);
}

}  // namespace stampede
