#include "fuzz/campaign/triage/triage.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>

#include "fuzz/campaign/triage/triage_input.h"
#include "harts/report/atomic_file.h"
#include "harts/report/forms/json.h"
#include "harts/report/replay/replay_file.h"

namespace stampede::campaign {
namespace {

// "4 of 5 runs showed it again: …"
std::optional<TriageResult> parse_replays(std::string_view line) {
    TriageResult result;
    const std::string text(line);
    int end = 0;
    if (std::sscanf(text.c_str(), "%u of %u runs showed it again%n", &result.showed, &result.tried,
                    &end) == 2 &&
        end != 0) {
        return result;
    }
    return std::nullopt;
}

// A run of a workload that has a replay file: `stress` does both.
Result<TriageResult> triage_replay(const TriageSetup& setup, const StopWanted& stop) {
    constexpr double a_replay_s = 120;
    std::optional<TriageResult> result;
    const std::string stress = setup.shelf.command("stress");
    const auto replayed =
        supervise({stress, "--replay", setup.folder, "--times", std::to_string(triage_tries)}, {},
                  {triage_tries * a_replay_s, triage_tries * a_replay_s + 10}, stop,
                  [&](std::string_view line) { result = result ? result : parse_replays(line); });
    if (!replayed) {
        return std::unexpected(replayed.error());
    }
    if (!result) {
        return TriageResult{
            0, 0, fmt::format("its replay file did not run: exit status {}", replayed->status)};
    }
    if (result->showed != result->tried) {
        return *result;
    }
    const auto minimised = supervise(
        {stress, "--replay", setup.folder, "--minimize", "--timeout",
         fmt::format("{:.0f}s", setup.seconds)},
        {}, {setup.seconds + a_replay_s, setup.seconds + a_replay_s + 10}, stop,
        [&](std::string_view line) {
            if (const std::size_t at = line.find(": minimized in "); at != std::string_view::npos) {
                result->note = line.substr(at + 2);
            }
        });
    return minimised ? Result<TriageResult>(*result) : std::unexpected(minimised.error());
}

}  // namespace

Result<TriageResult> triage(const TriageSetup& setup, const StopWanted& stop) {
    const auto text = read_file(setup.folder / "finding.json");
    if (!text) {
        return std::unexpected(text.error());
    }
    const auto finding = parse_finding(*text, (setup.folder / "finding.json").string());
    if (!finding) {
        return std::unexpected(finding.error());
    }
    // a fuzzer's; its replay file is the program that was found first
    if (std::filesystem::exists(setup.folder / "input")) {
        return triage_input(setup, *finding, stop);
    }
    if (std::filesystem::exists(setup.folder / replay_file_name)) {
        return triage_replay(setup, stop);
    }
    return TriageResult{0, 0,
                        "seen in a parallel run, and in no repeatable schedule that was tried"};
}

}  // namespace stampede::campaign
