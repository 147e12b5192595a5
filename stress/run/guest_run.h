// One run of a machine that is ready: driven to its end by its schedule, watched by its oracles,
// and what came of it.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "harts/oracles/oracles.h"
#include "harts/oracles/progress/turn_watch.h"
#include "harts/schedule/allocation_failure.h"
#include "stress/run/boot.h"
#include "stress/run/run.h"
#include "stress/run/shell_line.h"
#include "stress/run/typed_input.h"
#include "stress/run/wanted_findings.h"

namespace stampede {

class GuestRun {
public:
    // `trace` may be null. All outlive it.
    GuestRun(const RunSetup& setup, const ElfImage& kernel, const Booted& booted, Trace* trace,
             ConsoleLog& console, Interrupts& interrupts, const RunListeners& listeners);
    ~GuestRun();
    GuestRun(const GuestRun&) = delete;
    GuestRun& operator=(const GuestRun&) = delete;

    // Once.
    [[nodiscard]] RunOutcome run();

private:
    using Clock = std::chrono::steady_clock;

    Watched& watched() { return oracles_.run(); }
    [[nodiscard]] u64 executed_before() const;
    MachineStop drive();
    void between_turns(u64 executed_in_all);
    RunEnd go_on();
    void type_line();
    [[nodiscard]] bool line_is_done();
    void at_quiescence();
    [[nodiscard]] std::optional<RunEnd> look();
    void report_progress();
    void conclude(RunOutcome& outcome);
    void tell_of_schedule(RunOutcome& outcome);

    const RunSetup& setup_;
    const Booted& booted_;
    Machine& machine_;
    Interrupts& interrupts_;
    const RunListeners& listeners_;
    const std::unique_ptr<Schedule> schedule_;  // null: parallel
    Oracles oracles_;
    WantedFindings wanted_;
    TypedInput input_;
    ShellLine line_;
    std::optional<AllocationFailure> failure_;
    TurnWatch turns_;
    Clock::time_point began_;
    std::vector<u64> before_;          // by hart: instructions before this run, in boot
    std::optional<RunEnd> early_end_;  // of a repeatable run, decided between two turns
    u64 looked_at_ = 0;                // instructions of all harts at its last look
};

}  // namespace stampede
