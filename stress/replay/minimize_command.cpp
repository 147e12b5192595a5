#include "stress/replay/replay_command.h"

#include <fmt/format.h>

#include <cstdio>

#include "harts/report/atomic_file.h"
#include "harts/report/forms/text.h"
#include "stress/replay/minimize.h"
#include "stress/replay/replay.h"
#include "stress/replay/status_line.h"
#include "stress/replay/trial_reports.h"
#include "stress/report/conclusion.h"

namespace stampede {
namespace {

constexpr std::chrono::seconds default_minimizing_time{60};
constexpr std::string_view original_name = ".original";  // behind the file's own

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

std::chrono::milliseconds minimizing_time(const Options& options) {
    return options.timeout.value_or(default_minimizing_time);
}

Result<ExitStatus> minimize_file(const std::filesystem::path& path, Trials& trials,
                                 const Interrupts& interrupts, std::chrono::milliseconds budget) {
    const std::filesystem::path file_path = replay_path(path);
    const Result<ReplayFile> file = read_replay(file_path);
    if (!file) {
        return std::unexpected(file.error());
    }
    if (file->titles.size() != 1) {
        return error(fmt::format("{}: {} titles, expected one to minimize for", file_path.string(),
                                 file->titles.size()));
    }
    Minimized minimized;
    {
        const StatusLine line;
        Effort effort(trials, interrupts, budget,
                      [&](const std::string& text) { line.show(text); });
        minimized = minimize(*file, effort);
    }
    if (!minimized.repeats && !trials.problem().empty()) {
        fmt::print("could not run: {}\n", trials.problem());
        return ExitStatus::HostLacks;
    }
    if (!minimized.repeats) {
        fmt::print("{}", not_shown_text(file->titles.front()));
        return interrupts.signalled() ? ExitStatus::Interrupted : ExitStatus::Passed;
    }
    const Result<std::string> text = replay_text(minimized.file);
    if (!text) {
        return std::unexpected(text.error());
    }
    if (const auto written = replace_replay(file_path, *text); !written) {
        return std::unexpected(written.error());
    }
    fmt::print("{}: {}\n", file->titles.front(), minimized_text(minimized, *file));
    std::fflush(stdout);
    return ExitStatus::Findings;
}

ExitStatus minimize_replay(const Plan& plan, Trials& trials, const Interrupts& interrupts) {
    const Options& options = plan.options;
    auto reports = TrialReports::open(plan);
    if (!reports) {
        return refuse(options, plan.command, reports.error());
    }
    const Result<ExitStatus> status =
        minimize_file(*options.replay, trials, interrupts, minimizing_time(options));
    const Result<ReplayFile> file = read_replay(*options.replay);  // which may be a smaller one now
    if (!status || !file) {
        return refuse(
            options, plan.command,
            {ExitStatus::Unusable, status ? file.error().message : status.error().message});
    }
    if (*status == ExitStatus::Findings) {
        fmt::print("{}\n",
                   shell_line(std::vector<std::string>{"stress", "--replay", *options.replay}));
        std::fflush(stdout);
    }
    if (!reports->wanted()) {
        return *status;
    }
    Options of_the_run = options;
    of_the_run.timeout.reset();  // that was for all tries
    Trial trial{*file, 1, ~u64{0}, *of_the_run.time_limit()};
    reports->prepare(trial);
    if (auto result = trials.run(trial, interrupts)) {
        const bool shown = result->shows(file->titles.front());
        reports->add(std::move(*result), shown);
    }
    return reports->write(*file, *status);
}

}  // namespace stampede
