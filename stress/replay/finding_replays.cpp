#include "stress/replay/finding_replays.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/report/finding_store.h"
#include "stress/replay/replay.h"

namespace stampede {

bool repeats(const Finding& finding) {
    return finding.kind != FindingKind::timeout && finding.kind != FindingKind::harness_fault;
}

ReplaysByTitle replays_of_repeatable(const Options& options, const GuestHashes& guest,
                                     const std::vector<Finding>& findings) {
    ReplaysByTitle replays;
    for (const Finding& finding : findings) {
        if (repeats(finding)) {
            replays.emplace(finding.title, replay_of(options, guest, finding.title));
        }
    }
    return replays;
}

ReplaysByTitle replays_on_disk(const Options& options, const GuestHashes& guest,
                               const std::vector<Finding>& findings) {
    ReplaysByTitle replays;
    if (!options.findings_folder) {
        return replays;
    }
    const FindingStore store(*options.findings_folder);
    for (const Finding& finding : findings) {
        const std::filesystem::path file = store.folder_of(finding) / replay_file_name;
        std::error_code failure;
        if (!std::filesystem::exists(file, failure)) {
            continue;
        }
        const Result<ReplayFile> replay = read_replay(file);
        if (replay && GuestHashes{replay->kernel, replay->disks} == guest &&
            replay->build == (options.race ? "race" : "plain")) {
            replays.emplace(finding.title, *replay);
        } else {
            std::filesystem::remove(file, failure);
        }
    }
    return replays;
}

ReplaysByTitle replays_of_file(const ReplayFile& file, const std::vector<Finding>& findings) {
    ReplaysByTitle replays;
    for (const Finding& finding : findings) {
        if (std::ranges::find(file.titles, finding.title) != file.titles.end()) {
            const auto one = replays.emplace(finding.title, file).first;
            one->second.titles = {finding.title};
        }
    }
    return replays;
}

void set_command(Finding& finding, const Options& options, const std::string& program,
                 const ReplaysByTitle& replays) {
    finding.reproduce = options.rerun(program);
    const auto replay = replays.find(finding.title);
    if (options.replay || replay == replays.end() ||
        (options.schedule.repeatable() && !options.minimize)) {
        return;
    }
    if (options.findings_folder) {
        finding.reproduce = {program, "--replay",
                             FindingStore(*options.findings_folder).folder_of(finding).string()};
    } else if (Result<Options> found = replayed(Options(options), replay->second, "")) {
        found->time = TimeMode::Host;
        finding.reproduce = found->rerun(program);
    }
}

void set_commands(RunReport& report, const Options& options, const std::string& program,
                  const ReplaysByTitle& replays) {
    for (Finding& finding : report.findings) {
        set_command(finding, options, program, replays);
    }
}

std::string repeatability_text(const Options& options, const Finding& finding,
                               const ReplaysByTitle& replays) {
    if (replays.contains(finding.title) || (options.schedule.repeatable() && repeats(finding))) {
        return "This shows it again, every time:\n";
    }
    if (options.schedule.repeatable()) {
        return "The schedule repeats; how far it comes in so much host time need not:\n";
    }
    return fmt::format(
        "{} harts ran in parallel, in an order that is not repeated: the same command may find it, "
        "or not.\n{}",
        options.cpus,
        options.search ? ""
                       : "With --search 60s a schedule is looked for that shows it every time.\n");
}

const Finding& finding_to_show(const RunReport& report, const ReplaysByTitle& replays) {
    const auto repeatable = std::ranges::find_if(
        report.findings, [&](const Finding& finding) { return replays.contains(finding.title); });
    return repeatable != report.findings.end() ? *repeatable : report.findings.front();
}

}  // namespace stampede
