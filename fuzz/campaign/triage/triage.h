// Each finding is looked at once: does it show again, how often, and can what shows it be smaller?
#pragma once
#include <filesystem>
#include <string>

#include "fuzz/campaign/slots/slot_command.h"
#include "harts/report/finding.h"

namespace stampede::campaign {

struct TriageResult {
    unsigned tried = 0, showed = 0;  // 0 tries: there is no way to show it again
    std::string note;                // for people: what came of it
    friend bool operator==(const TriageResult&, const TriageResult&) = default;
};

struct TriageSetup {
    Shelf shelf;
    Slot slot;                     // that found it: kind, policy, harts
    std::filesystem::path folder;  // of the finding
    double seconds = 30;           // for making it smaller
};

inline constexpr unsigned triage_tries = 5;

// Runs what a finding's folder holds: a fuzzer's `input`, or a run's `replay`. Beside a program
// that shows it lie afterwards `program.minimal` and `input.minimal`, and the finding's command
// runs the latter; `replay` becomes smaller in its place. Error: the folder holds no finding that
// can be read; a kernel that does not start.
[[nodiscard]] Result<TriageResult> triage(const TriageSetup& setup, const StopWanted& stop);

// The same in a process of its own, so that a kernel which breaks the harness breaks no campaign:
// `nightly triage …`.
[[nodiscard]] Result<TriageResult> triage_apart(const TriageSetup& setup, const StopWanted& stop);
// What that process does. Gives its exit status.
int triage_command(int argc, const char* const* argv);

[[nodiscard]] std::string triage_line(const TriageResult& result);
[[nodiscard]] Result<TriageResult> parse_triage_line(const std::string& line);

}  // namespace stampede::campaign
