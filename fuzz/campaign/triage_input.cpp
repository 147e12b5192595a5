#include "fuzz/campaign/triage_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "fuzz/campaign/folder_lock.h"
#include "fuzz/campaign/minimise_program.h"
#include "fuzz/campaign/slot_run.h"
#include "fuzz/program/binary.h"
#include "fuzz/program/text.h"
#include "fuzz/program_runner.h"
#include "harts/report/atomic_file.h"
#include "harts/report/json.h"
#include "harts/report/text.h"

namespace stampede::campaign {
namespace {

using fuzz::Program;

constexpr u32 seeds_searched = 200;

// Runs programs in this process: some thousand a second.
Result<Shows> shows_here(const TriageSetup& setup, const std::string& title) {
    fuzz::RunnerSetup runs;
    runs.kernel = setup.programs.kernel(setup.slot.policy);
    runs.executor = setup.programs.executor();
    runs.harts = setup.slot.harts;
    auto runner = fuzz::ProgramRunner::create(runs);
    if (!runner) {
        return std::unexpected(runner.error());
    }
    return Shows([runner = std::shared_ptr<fuzz::ProgramRunner>(std::move(*runner)), title](const Program& program) {
        const fuzz::ProgramOutcome outcome = runner->run(program);
        return std::ranges::any_of(outcome.findings, [&](const Finding& finding) { return finding.title == title; });
    });
}

// Starts the target for each program: for races, which its runtime sees, and for harts in parallel.
Shows shows_in_target(const TriageSetup& setup, const std::string& key, const StopWanted& stop) {
    return [=](const Program& program) {
        const SlotFolder folder{setup.folder / ".triage"};
        std::error_code ignored;
        std::filesystem::remove_all(folder.path, ignored);
        const bool ran = make_folders(folder.findings()) && run_input(setup.slot, {setup.programs, {}, {}}, folder, fuzz::encode(program), stop);
        const bool shown = ran && std::filesystem::exists(folder.findings() / key / "finding.json");
        std::filesystem::remove_all(folder.path, ignored);
        return shown;
    };
}

unsigned times_shown(const Shows& shows, const Program& program) {
    unsigned showed = 0;
    for (unsigned n = 0; n < triage_tries; ++n) {
        showed += shows(program) ? 1 : 0;
    }
    return showed;
}

// What harts in parallel showed once, some repeatable schedule may show each time.
std::optional<Program> made_repeatable(const Shows& shows, Program program, const Enough& enough) {
    if (shows(program)) {
        return program;
    }
    for (u32 seed = 1; seed <= seeds_searched && !enough(); ++seed) {
        for (const auto kind : {fuzz::ScheduleChoice::Kind::Random, fuzz::ScheduleChoice::Kind::Pct}) {
            program.schedule = {kind, static_cast<u16>(kind == fuzz::ScheduleChoice::Kind::Pct ? 3 : 100), seed};
            if (shows(program)) {
                return program;
            }
        }
    }
    return std::nullopt;
}

// Finding.json comes last: a kill before it leaves a command that still shows the first program.
Result<void> keep(const TriageSetup& setup, Finding finding, const Program& program) {
    const std::string input = (setup.folder / "input").string();
    const std::string minimal = (setup.folder / "input.minimal").string();
    for (std::string& word : finding.reproduce) {
        word = word == input ? minimal : word;
    }
    if (setup.slot.kind == SlotKind::FuzzParallel) {
        std::erase(finding.reproduce, "STAMPEDE_SCHEDULE=parallel");   // the program has a schedule that shows it
    }
    for (const auto& [name, content] : {std::pair<std::string, std::string>{"program.minimal", fuzz::print(program)},
                                        {"input.minimal", fuzz::encode(program)},
                                        {"report.txt", report_text(finding)},
                                        {"finding.json", finding_json(finding)}}) {
        if (auto written = write_file_atomically(setup.folder / name, content); !written) {
            return written;
        }
    }
    return {};
}

std::string note_of(const Program& before, const MinimisedProgram& after) {
    const auto size = [](const Program& program) {
        return fmt::format("{} calls in {} processes", fuzz::extent_of(program).calls, program.processes.size());
    };
    return fmt::format("{}, of {}; {}; {} tries", size(after.program), size(before), after.program.schedule.words(), after.tries);
}

}  // namespace

Result<TriageResult> triage_input(const TriageSetup& setup, const Finding& finding, const StopWanted& stop) {
    const auto input = read_file(setup.folder / "input");
    if (!input) {
        return std::unexpected(input.error());
    }
    const double end = seconds_now() + setup.seconds;
    const Enough enough = [&] { return seconds_now() > end || stop(); };
    const Program first = fuzz::input_program(*input);
    const Shows in_target = shows_in_target(setup, finding.key(), stop);
    // The harness is at fault: it may well be again, so not here.
    const bool here = setup.slot.kind != SlotKind::FuzzRace && finding.kind != FindingKind::harness_fault;
    const auto in_process = here ? shows_here(setup, finding.title) : Result<Shows>(in_target);
    if (!in_process) {
        return std::unexpected(in_process.error());
    }
    const Shows& shows = *in_process;
    const auto program = setup.slot.kind == SlotKind::FuzzParallel ? made_repeatable(shows, first, enough) : std::optional(first);
    TriageResult result{triage_tries, times_shown(program ? shows : in_target, program.value_or(first)), ""};
    if (!program || result.showed != result.tried) {
        result.note = program ? "" : fmt::format("in parallel only: {} repeatable schedules do not show it", 2 * seeds_searched);
        return result;
    }
    const MinimisedProgram minimal = minimise_program(*program, shows, enough);
    result.note = note_of(first, minimal);
    const auto kept = keep(setup, finding, minimal.program);
    return kept ? Result<TriageResult>(result) : std::unexpected(kept.error());
}

}  // namespace stampede::campaign
