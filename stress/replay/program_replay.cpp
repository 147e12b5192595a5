#include "stress/replay/program_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "fuzz/program_replay.h"
#include "harts/report/forms/text.h"
#include "stress/options/contradictions.h"
#include "stress/options/guest_choice.h"
#include "stress/replay/replay.h"
#include "stress/replay/replay_command.h"
#include "stress/report/conclusion.h"
#include "stress/report/report.h"
#include "stress/report/summary.h"

namespace stampede {
namespace {

struct Prepared {
    fuzz::ProgramReplay replay;
    std::unique_ptr<fuzz::ProgramRunner> runner;
};

Result<Prepared> prepare(const ReplayFile& file, const std::string& name, const Guest& guest,
                         MakeRaceDetection make_race_detection) {
    if (const auto same = check_guest(file, name, guest); !same) {
        return std::unexpected(same.error());
    }
    auto replay = fuzz::program_replay(file, name);
    if (!replay) {
        return std::unexpected(replay.error());
    }
    fuzz::RunnerSetup setup;
    setup.guest = guest;
    setup.harts = file.cpus;
    setup.memory = file.memory;
    setup.race = file.build == "race" ? make_race_detection : nullptr;
    auto runner = fuzz::ProgramRunner::create(setup);
    if (!runner) {
        return std::unexpected(runner.error());
    }
    return Prepared{std::move(*replay), std::move(*runner)};
}

// What the reports say of it: the file's figures, whose schedule has been read already.
Options options_of(const Options& given, const ReplayFile& file) {
    Options options = given;
    (void)take_from(file, options);
    options.workload = "program";
    return options;
}

RunOutcome outcome_of(const fuzz::ProgramOutcome& outcome,
                      const std::vector<OracleReport>& oracles) {
    RunOutcome run;
    run.oracles = oracles;
    run.end = outcome.end == fuzz::ProgramOutcome::End::Stuck ? RunEnd::Stuck : RunEnd::Left;
    run.findings = outcome.findings;
    run.instructions = {outcome.instructions};
    run.system_calls = outcome.system_calls;
    run.state_hash = outcome.state_hash;
    return run;
}

void print_outcome(const ReplayFile& file, const fuzz::ProgramOutcome& outcome,
                   const std::vector<OracleReport>& oracles) {
    for (const Finding& finding : outcome.findings) {
        fmt::print("{}\n", report_text(finding));
    }
    fmt::print("oracles: {}\n", oracle_list_text(oracles));
    fmt::print(
        "{}on {} harts, policy {}, schedule {}, seed {}: {} instructions, {} pages written, state "
        "{:016x}\n",
        *file.program, file.cpus, file.policy, file.schedule, file.schedule_seed,
        grouped(outcome.instructions), outcome.dirty_pages, outcome.state_hash);
}

}  // namespace

std::expected<ExitStatus, Refusal> replay_program(const Options& options,
                                                  const std::vector<std::string>& command,
                                                  const ReplayFile& file,
                                                  MakeRaceDetection make_race_detection) {
    const std::string name = replay_path(*options.replay).string();
    if (const std::string why = contradiction_to_program(options, name); !why.empty()) {
        return std::unexpected(Refusal{ExitStatus::Unusable, why});
    }
    Options of_policy = options;
    of_policy.workload = shell_name;  // any will do
    of_policy.policy = file.policy;
    const auto guest = find_guest(of_policy);
    if (!guest) {
        return std::unexpected(guest.error());
    }
    const auto prepared = prepare(file, name, *guest, make_race_detection);
    if (!prepared) {
        return std::unexpected(Refusal{ExitStatus::Unusable, prepared.error().message});
    }
    const std::vector<OracleReport> oracles = prepared->runner->oracles();
    u64 shown = 0;
    std::set<u64> states;
    fuzz::ProgramOutcome outcome;
    RunOutcome run;
    for (u64 n = 0; n < options.times; ++n) {
        outcome = prepared->runner->run(prepared->replay.program, prepared->replay.schedule);
        run = outcome_of(outcome, oracles);
        shown += std::ranges::all_of(file.titles,
                                     [&](const std::string& title) { return run.shows(title); })
                     ? 1
                     : 0;
        states.insert(outcome.state_hash);
    }
    if (options.times == 1) {
        print_outcome(file, outcome, oracles);
        fmt::print("{}", shown_text(file, run));
    } else {
        for (const std::string& title : file.titles) {
            fmt::print("{} of {} runs showed it again: {}\n", grouped(shown),
                       grouped(options.times), title);
        }
        fmt::print("{}\n", states.size() == 1
                               ? "each ended in the same state"
                               : fmt::format("they ended in {} different states", states.size()));
    }
    RunReport report = make_report(options_of(options, file), command, run);
    for (Finding& finding : report.findings) {
        finding.reproduce = {command.front(), "--replay", *options.replay};
    }
    const bool found = options.times > 1 ? shown != 0 : !outcome.findings.empty();
    return tell_failures(write_reports(options, report, [](const Finding&) { return ""; }, {}),
                         found ? ExitStatus::Findings : ExitStatus::Passed);
}

}  // namespace stampede
