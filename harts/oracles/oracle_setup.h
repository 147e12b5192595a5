// What a harness says of a run to the oracles that are to watch it.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harts/base/drive.h"
#include "harts/oracles/feeds.h"
#include "harts/oracles/findings/suppressions.h"
#include "harts/oracles/progress/watchdog.h"
#include "harts/oracles/race/race_support.h"
#include "harts/oracles/run_facts.h"

namespace stampede {

class BranchCoverage;
class HartEvents;
class InterleavingCoverage;
struct KernelDescription;
class Trace;

enum class RunKind : u8 {
    FromBoot,      // one run, from boot to the guest's end
    FromSnapshot,  // many programs, each from the same snapshot; a program ends when all sleep
};

// Who changed a page table is known from the first stale translation on, or always, at some cost.
enum class Tables : u8 { WatchedWhenNeeded, WatchedFromTheStart };

struct OracleSetup {
    Drive drive = Drive::ThreadAHart;
    RunKind kind = RunKind::FromBoot;
    Feeds guest = Feeds::all();  // what the guest may feed, as far as that is known beforehand
    std::filesystem::path user_program{};  // for names; may be empty
    // Of a kernel that tells how its processes' programs are called: their files (guest_symbols.h).
    std::function<std::filesystem::path(const std::string& name)> find_program{};
    u64 seed = 0;                      // of moments to look at
    MakeRaceDetection race = nullptr;  // null: none
    // Where programs begin at a snapshot: these watch the machine beside race detection, by one
    // engine. Null: they do not.
    BranchCoverage* branches = nullptr;
    InterleavingCoverage* meetings = nullptr;  // not without `branches`
    Suppressions suppressions{};               // of races
    // Regular expressions: of a line that the console must say, and must not.
    std::optional<std::string> expect{}, fail_on{};
    // What was inferred of a kernel that tells nothing of itself; null: nothing. Outlives the
    // oracles.
    const KernelDescription* described = nullptr;
    Tables tables = Tables::WatchedWhenNeeded;
    Watchdog::Input input = Watchdog::Input::None;
    WatchdogLimits watchdog{};
    RunFacts::UserTraps user_traps = RunFacts::UserTraps::Unexpected;
    RunFacts::Audit audit = RunFacts::Audit::NotExpected;
    // Who else hears of traps; the trace may be null. They outlive the oracles.
    std::vector<HartEvents*> listeners{};
    Trace* trace = nullptr;
};

}  // namespace stampede
