#include "fuzz/campaign/triage/triage_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "fuzz/campaign/slots/slot_run.h"
#include "fuzz/campaign/state/folder_lock.h"
#include "fuzz/campaign/triage/minimise_program.h"
#include "fuzz/program/binary.h"
#include "fuzz/program/text/text.h"
#include "fuzz/program_runner.h"
#include "harts/report/atomic_file.h"
#include "harts/report/forms/json.h"
#include "harts/report/forms/text.h"

namespace stampede::campaign {
namespace {

using fuzz::Program;

constexpr u32 seeds_searched = 200;
constexpr std::size_t programs_at_once = 100;  // by one process

// Runs programs in this process: some thousand a second.
Result<Shows> shows_here(const TriageSetup& setup, const std::string& title) {
    fuzz::RunnerSetup runs;
    auto guest = setup.shelf.kernel(setup.slot.policy);
    if (!guest) {
        return std::unexpected(guest.error());
    }
    runs.guest = std::move(*guest);
    runs.harts = setup.slot.harts;
    auto runner = fuzz::ProgramRunner::create(runs);
    if (!runner) {
        return std::unexpected(runner.error());
    }
    return Shows([runner = std::shared_ptr<fuzz::ProgramRunner>(std::move(*runner)),
                  title](const Program& program) {
        const fuzz::ProgramOutcome outcome = runner->run(program);
        return std::ranges::any_of(outcome.findings,
                                   [&](const Finding& finding) { return finding.title == title; });
    });
}

// The first of some programs that shows it.
using FirstThatShows = std::function<std::optional<Program>(const std::vector<Program>&)>;

// Starts the target, for all of the programs together: for races, which its runtime sees, and for
// harts in parallel.
FirstThatShows first_in_target(const TriageSetup& setup, const Slot& slot, const std::string& key,
                               const StopWanted& stop) {
    return [=](const std::vector<Program>& programs) -> std::optional<Program> {
        const SlotFolder folder{setup.folder / ".triage"};
        std::error_code ignored;
        std::filesystem::remove_all(folder.path, ignored);
        std::vector<std::string> inputs(programs.size());
        std::ranges::transform(programs, inputs.begin(), fuzz::encode);
        const bool ran = make_folders(folder.findings()) &&
                         run_inputs(slot, {setup.shelf, {}, {}}, folder, inputs, stop);
        const auto shown =
            ran ? read_file(folder.findings() / key / "input") : error("it did not run");
        std::filesystem::remove_all(folder.path, ignored);
        return shown ? std::optional(fuzz::input_program(*shown)) : std::nullopt;
    };
}

FirstThatShows first_by(const Shows& shows, const Enough& enough) {
    return [=](const std::vector<Program>& programs) {
        const auto found = std::ranges::find_if(
            programs, [&](const Program& program) { return !enough() && shows(program); });
        return found == programs.end() ? std::nullopt : std::optional(*found);
    };
}

Shows shows_by(const FirstThatShows& first) {
    return [=](const Program& program) { return first({program}).has_value(); };
}

unsigned times_shown(const Shows& shows, const Program& program) {
    unsigned showed = 0;
    for (unsigned n = 0; n < triage_tries; ++n) {
        showed += shows(program) ? 1 : 0;
    }
    return showed;
}

// What harts in parallel showed once, some repeatable schedule may show each time.
std::optional<Program> made_repeatable(const FirstThatShows& first_that_shows, Program program,
                                       const Enough& enough) {
    std::vector<Program> programs{program};
    for (u32 seed = 1; seed <= seeds_searched; ++seed) {
        for (const auto kind :
             {fuzz::ScheduleChoice::Kind::Random, fuzz::ScheduleChoice::Kind::Pct}) {
            program.schedule = {
                kind, static_cast<u16>(kind == fuzz::ScheduleChoice::Kind::Pct ? 3 : 100), seed};
            programs.push_back(program);
        }
    }
    while (!programs.empty() && !enough()) {
        const auto end = programs.begin() +
                         static_cast<std::ptrdiff_t>(std::min(programs.size(), programs_at_once));
        if (auto found = first_that_shows({programs.begin(), end})) {
            return found;
        }
        programs.erase(programs.begin(), end);
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
    if (setup.slot.kind != repeatable(setup.slot.kind)) {
        // the program has a schedule that shows it
        std::erase(finding.reproduce, "STAMPEDE_SCHEDULE=parallel");
    }
    for (const auto& [name, content] :
         {std::pair<std::string, std::string>{"program.minimal", fuzz::print(program)},
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
        return fmt::format("{} calls in {} processes", fuzz::extent_of(program).calls,
                           program.processes.size());
    };
    return fmt::format("{}, of {}; {}; {} tries", size(after.program), size(before),
                       after.program.schedule.words(), after.tries);
}

}  // namespace

Result<TriageResult> triage_input(const TriageSetup& setup, const Finding& finding,
                                  const StopWanted& stop) {
    const auto input = read_file(setup.folder / "input");
    if (!input) {
        return std::unexpected(input.error());
    }
    const double end = seconds_now() + setup.seconds;
    const Enough enough = [&] { return seconds_now() > end || stop(); };
    const Program first = fuzz::input_program(*input);
    Slot in_turns = setup.slot;
    in_turns.kind = repeatable(setup.slot.kind);
    // The harness is at fault: it may well be again, so not here.
    const bool here =
        in_turns.kind != SlotKind::FuzzRace && finding.kind != FindingKind::harness_fault;
    const FirstThatShows in_target = first_in_target(setup, in_turns, finding.key(), stop);
    const auto shows = here ? shows_here(setup, finding.title) : Result<Shows>(shows_by(in_target));
    if (!shows) {
        return std::unexpected(shows.error());
    }
    const bool parallel = in_turns.kind != setup.slot.kind;
    const auto program =
        parallel ? made_repeatable(here ? first_by(*shows, enough) : in_target, first, enough)
                 : std::optional(first);
    TriageResult result;
    result.tried = triage_tries;
    if (!program) {
        result.showed =
            times_shown(shows_by(first_in_target(setup, setup.slot, finding.key(), stop)), first);
        result.note = "in parallel only: no repeatable schedule that was tried shows it";
        return result;
    }
    result.showed = times_shown(*shows, *program);
    if (result.showed != result.tried) {
        return result;
    }
    const MinimisedProgram minimal = minimise_program(*program, *shows, enough);
    result.note = note_of(first, minimal);
    const auto kept = keep(setup, finding, minimal.program);
    return kept ? Result<TriageResult>(result) : std::unexpected(kept.error());
}

}  // namespace stampede::campaign
