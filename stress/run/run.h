// One run of a guest from boot to its end, watched and audited.
#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <vector>

#include "harts/base/error.h"
#include "harts/guests/guest.h"
#include "harts/machine/machine.h"
#include "harts/observe/kernel/description_file.h"
#include "harts/oracles/guest/console_log.h"
#include "harts/oracles/oracle_setup.h"
#include "harts/report/replay/hart_runs.h"
#include "harts/schedule/schedule_spec.h"
#include "stress/run/interrupts.h"
#include "stress/run/run_outcome.h"

namespace stampede {

struct RunSetup {
    MachineConfig machine;
    std::filesystem::path kernel;
    std::string kernel_hash;             // what the file has to be; empty: anything
    std::filesystem::path user_program;  // for names; may be empty
    std::function<std::filesystem::path(const std::string&)> find_program;  // Start::find_program
    // Of a guest that works at its shell's prompt; empty: it does not.
    std::string prompt;
    std::string line;                 // typed there; its next prompt ends the run
    std::vector<DiskContents> disks;  // what its disks begin with
    DescriptionFile said;             // of a kernel that tells nothing of itself
    // A call of its allocator that fails; one that lets allocations fail itself is told by words.
    struct FailingCall {
        PhysAddr allocator;  // the function's first instruction
        u64 number = 1;      // counted from the line's beginning
    };
    std::optional<FailingCall> failing_call;
    enum class WatchFrom : u8 { Prompt, Reset };
    WatchFrom watch_from = WatchFrom::Prompt;
    std::optional<std::string> expect, fail_on;  // of the console
    Feeds guest = Feeds::all();        // what it may feed oracles, as far as that is known
    ScheduleSpec schedule;             // a repeatable one needs machine.time to be Counted
    u64 seed = 0;                      // of the schedule
    std::vector<HartRun> runs;         // turns to follow; none: the schedule's own
    MakeRaceDetection race = nullptr;  // null: none
    Suppressions suppressions;         // of races
    std::optional<std::string> trace;  // file to write
    std::optional<std::chrono::milliseconds> limit;  // of host time
    std::chrono::milliseconds look =
        std::chrono::milliseconds(250);  // between two looks at the harts
    u64 max_findings = 100;
    Tables tables = Tables::WatchedWhenNeeded;
    // Of a repeatable schedule, and seen by nobody in the guest:
    std::vector<std::string>
        wanted;  // titles: the run ends soon after `wanted_enough` of them showed
    std::size_t wanted_enough = 0;    // 0: it goes on to its own end
    u64 most_instructions = ~u64{0};  // of all harts together
    bool keep_turns = false;          // RunOutcome::turns
    Watchdog::Input input = Watchdog::Input::None;
    WatchdogLimits watchdog;
    RunFacts::Audit audit = RunFacts::Audit::Missing;  // NotExpected: a guest without one is fine
    RunFacts::UserTraps user_traps = RunFacts::UserTraps::Unexpected;
    // Missing: it must be seen
    RunFacts::CopyOnWrite copy_on_write = RunFacts::CopyOnWrite::Optional;
};

// What the progress line tells.
struct RunProgress {
    std::chrono::duration<double> elapsed{0};
    u64 instructions = 0;  // of all harts
    u64 operations = 0;
    std::size_t findings = 0;
};

// Listeners of a run; all on the calling thread.
struct RunListeners {
    std::function<void(const RunProgress&)> progress;  // at each look
    std::function<bool()> input_over;                  // whether no more input will come
    // The guest can take input: a program runs. Bytes that come earlier are lost when the kernel
    // resets its console.
    std::function<void(Machine&)> input_wanted;
    std::function<void()> ended;  // after the last one, before the machine goes
    // At the quiescent point, harts parked, before the audit: tests break the guest's memory here.
    std::function<void(Machine&, PhysAddr table)> quiescent;
};

struct Booted;

// `booted`: the machine, if boot() has made it already for such a setup. Error: the kernel's file
// or the machine cannot be used, or the trace cannot be written; nothing ran.
[[nodiscard]] Result<RunOutcome> run_guest(const RunSetup& setup, ConsoleLog& console,
                                           Interrupts& interrupts,
                                           const RunListeners& listeners = {},
                                           Booted* booted = nullptr);

}  // namespace stampede
