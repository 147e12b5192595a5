// One run of a guest from boot to its end, watched and audited.
#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <vector>

#include "harts/base/error.h"
#include "harts/machine/machine.h"
#include "harts/report/replay/hart_runs.h"
#include "harts/report/forms/run_report.h"
#include "harts/schedule/schedule_spec.h"
#include "harts/oracles/guest/console_log.h"
#include "harts/oracles/audit_moments.h"
#include "stress/run/interrupts.h"
#include "harts/oracles/race/race_support.h"
#include "harts/oracles/run_facts.h"
#include "harts/oracles/findings/suppressions.h"

namespace stampede {

struct RunSetup {
    MachineConfig machine;
    std::filesystem::path kernel;
    std::string kernel_hash;                          // what the file has to be; empty: anything
    std::filesystem::path user_program;               // for names; may be empty
    ScheduleSpec schedule;                            // a repeatable one needs machine.time to be Counted
    u64 seed = 0;                                     // of the schedule
    std::vector<HartRun> runs;                        // turns to follow; none: the schedule's own
    MakeRaceDetection race = nullptr;                 // null: none
    Suppressions suppressions;                        // of races
    std::optional<std::string> trace;                 // file to write
    std::optional<std::chrono::milliseconds> limit;   // of host time
    std::chrono::milliseconds look = std::chrono::milliseconds(250);  // between two looks at the harts
    u64 max_findings = 100;
    // Who changed a page table is known from the first stale translation on, or always, at some cost.
    enum class Tables : u8 { WatchedWhenNeeded, WatchedFromTheStart };
    Tables tables = Tables::WatchedWhenNeeded;
    // Of a repeatable schedule, and seen by nobody in the guest:
    std::vector<std::string> wanted;                  // titles: the run ends soon after `wanted_enough` of them showed
    std::size_t wanted_enough = 0;                    // 0: it goes on to its own end
    u64 most_instructions = ~u64{0};                  // of all harts together
    bool keep_turns = false;                          // RunOutcome::turns
    Watchdog::Input input = Watchdog::Input::None;
    WatchdogLimits watchdog;
    RunFacts::Audit audit = RunFacts::Audit::Missing; // NotExpected: a guest without one is fine
    RunFacts::UserTraps user_traps = RunFacts::UserTraps::Unexpected;
    RunFacts::CopyOnWrite copy_on_write = RunFacts::CopyOnWrite::Optional;  // Missing: it must be seen
};

// What the progress line tells.
struct RunProgress {
    std::chrono::duration<double> elapsed{0};
    u64 instructions = 0;                             // of all harts
    u64 operations = 0;
    std::size_t findings = 0;
};

struct RunOutcome {
    RunEnd end = RunEnd::Finished;
    std::optional<u32> exit_status;
    std::vector<Finding> findings;
    std::vector<u64> instructions;                    // by hart
    u64 operations = 0;
    double wall_s = 0, cpu_s = 0;
    FrameTotals frames;                               // zeroes where the kernel tells nothing
    CopyOnWriteTotals cow;
    u64 processes_peak = 0;
    bool audited = false;
    MomentTotals moments;                             // audits at chosen moments
    bool allocation_failed = false;                   // one that was asked for (fail-allocation=N)
    std::map<std::string, u64> suppressed;            // rule: findings that it held back
    std::string schedule;                             // what a repeatable schedule says of itself
    u64 system_calls = 0;
    u64 switches = 0;                                 // of a repeatable schedule: changes from one hart to another
    std::vector<HartRun> turns;                       // if they were to be kept
    u64 turns_taken = 0;                              // of a repeatable schedule
    std::optional<u64> state_hash;                    // of the machine at the end, with a repeatable schedule

    [[nodiscard]] bool shows(const std::string& title) const;
    [[nodiscard]] Verdict verdict() const;
};

// Listeners of a run; all on the calling thread.
struct RunListeners {
    std::function<void(const RunProgress&)> progress; // at each look
    std::function<bool()> input_over;                 // whether no more input will come
    // The guest can take input: a program runs. Bytes that come earlier are lost when the kernel resets its console.
    std::function<void(Machine&)> input_wanted;
    std::function<void()> ended;                      // after the last one, before the machine goes
    // At the quiescent point, harts parked, before the audit: tests break the guest's memory here.
    std::function<void(Machine&, PhysAddr table)> quiescent;
};

// Error: the kernel's file or the machine cannot be used, or the trace cannot be written; nothing ran.
[[nodiscard]] Result<RunOutcome> run_guest(const RunSetup& setup, ConsoleLog& console, Interrupts& interrupts,
                                           const RunListeners& listeners = {});

}  // namespace stampede
