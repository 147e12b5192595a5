#include "stress/replay/replay_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "harts/report/atomic_file.h"
#include "harts/report/forms/text.h"
#include "stress/replay/minimize.h"
#include "stress/replay/replay.h"
#include "stress/replay/search.h"
#include "stress/report/summary.h"

namespace stampede {
namespace {

constexpr std::chrono::seconds default_minimizing_time{60};
constexpr std::string_view original_name = ".original";  // behind the file's own

// On a terminal behind stderr, and nowhere else.
class Line {
public:
    Line() : terminal_(::isatty(STDERR_FILENO) != 0) {}
    ~Line() {
        if (terminal_) {
            fmt::print(stderr, "\r\033[K");
        }
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    void show(const std::string& text) const {
        if (terminal_) {
            fmt::print(stderr, "\r{}\033[K", text);
        }
    }

private:
    const bool terminal_;
};

std::string not_again(const std::string& title) { return fmt::format("did not show again: {}\n", title); }

// The first file of all is kept, however often it is minimized.
Result<void> replace_replay(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::path original = file;
    original += original_name;
    std::error_code failure;
    if (!std::filesystem::exists(original, failure)) {
        const Result<std::string> old = read_file(file);
        if (!old) {
            return std::unexpected(old.error());
        }
        if (auto kept = write_file_atomically(original, *old); !kept) {
            return kept;
        }
    }
    return write_file_atomically(file, text);
}

}  // namespace

std::chrono::milliseconds minimizing_time(const Options& options) { return options.timeout.value_or(default_minimizing_time); }

std::string shown_text(const ReplayFile& file, const RunOutcome& outcome) {
    std::string text;
    for (const std::string& title : file.titles) {
        text += outcome.shows(title) ? fmt::format("showed again: {}\n", title) : not_again(title);
    }
    return text;
}

ExitStatus repeat_replay(const Options& options, const ReplayFile& file, Trials& trials, const Interrupts& interrupts) {
    u64 done = 0, shown = 0;
    std::set<u64> lengths;  // different runs rarely execute the same number of instructions
    const Line line;
    for (; done < options.times; ++done) {
        const auto result = trials.run({file, file.titles.size(), ~u64{0}, options.time_limit().value()}, interrupts);
        if (!result) {
            break;
        }
        const bool all = std::ranges::all_of(file.titles, [&](const std::string& title) { return result->shows(title); });
        shown += all ? 1 : 0;
        lengths.insert(result->instructions);
        line.show(fmt::format("replaying  {} of {} showed it again", grouped(shown), grouped(done + 1)));
    }
    line.show("");
    for (const std::string& title : file.titles) {
        fmt::print("{} of {} runs showed it again: {}\n", grouped(shown), grouped(done), title);
    }
    if (lengths.size() == 1) {
        fmt::print("each executed {} instructions\n", grouped(*lengths.begin()));
    } else if (!lengths.empty()) {
        fmt::print("they were not the same run: from {} to {} instructions, {} different numbers\n", grouped(*lengths.begin()),
                   grouped(*lengths.rbegin()), lengths.size());
    }
    std::fflush(stdout);
    return done < options.times ? ExitStatus::Interrupted : shown != 0 ? ExitStatus::Findings : ExitStatus::Passed;
}

ExitStatus minimize_replay(const Options& options, const std::filesystem::path& path, Trials& trials, const Interrupts& interrupts,
                           std::chrono::milliseconds budget) {
    const auto complain = [](const std::string& why) {
        fmt::print(stderr, "stress: {}\n", why);
        return ExitStatus::Unusable;
    };
    const std::filesystem::path file_path = replay_path(path);
    const Result<ReplayFile> file = read_replay(file_path);
    if (!file) {
        return complain(file.error().message);
    }
    if (file->titles.size() != 1) {
        return complain(fmt::format("{}: {} titles, expected one to minimize for", file_path.string(), file->titles.size()));
    }
    Minimized minimized;
    {
        const Line line;
        Effort effort(trials, interrupts, budget, [&](const std::string& text) { line.show(text); });
        minimized = minimize(*file, effort);
    }
    if (!minimized.repeats) {
        fmt::print("{}", not_again(file->titles.front()));
        return interrupts.signalled() ? ExitStatus::Interrupted : ExitStatus::Passed;
    }
    const Result<std::string> text = replay_text(minimized.file);
    if (!text) {
        return complain(text.error().message);
    }
    if (const auto written = replace_replay(file_path, *text); !written) {
        return complain(written.error().message);
    }
    fmt::print("{}: {}\n", file->titles.front(), minimized_text(minimized, *file));
    if (options.replay) {
        fmt::print("{}\n", shell_line(options.rerun("stress")));
    }
    std::fflush(stdout);
    return ExitStatus::Findings;
}

void search_replays(const Options& options, const std::string& kernel, const RunOutcome& outcome, Trials& trials,
                    const Interrupts& interrupts, ReplaysByTitle& replays) {
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
        const Line line;
        Effort effort(trials, interrupts, *options.search, [&](const std::string& text) { line.show(text); });
        result = search(replay_of(options, kernel, ""), titles, outcome.operations, effort);
    }
    fmt::print("searched in repeatable schedules: {} of {} findings in {} tries, {:.1f} s\n", result.found.size(), titles.size(),
               grouped(result.tries), result.seconds);
    for (const std::string& title : titles) {
        if (!result.found.contains(title)) {
            fmt::print("not found again: {}\n", title);
        }
    }
    replays.merge(result.found);
}

}  // namespace stampede
