#include "stress/run/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "harts/base/cpu_time.h"
#include "harts/oracles/oracles.h"
#include "harts/oracles/progress/turn_watch.h"
#include "harts/schedule/allocation_failure.h"
#include "harts/schedule/runs.h"
#include "stress/run/boot.h"
#include "stress/run/shell_line.h"
#include "stress/run/typed_input.h"
#include "stress/run/wanted_findings.h"

namespace stampede {
namespace {

using Clock = std::chrono::steady_clock;

// Of a repeatable schedule, whose length is no matter of host time:
constexpr u64 instructions_a_look = 50'000'000;
// whether a run that is after something has it
constexpr u64 instructions_between_checks = 100'000;

// Whoever has work to do behind a prompt says something or is done after so long.
constexpr auto settling_time = std::chrono::milliseconds(20);
constexpr u64 settling_instructions = 1'000'000;

std::unique_ptr<Schedule> make_schedule(const RunSetup& setup) {
    return setup.runs.empty() ? setup.schedule.make(setup.seed, setup.machine.harts)
                              : std::make_unique<ReplayRuns>(setup.runs);
}

OracleSetup oracle_setup(const RunSetup& setup, Drive drive, Trace* trace, const Booted& booted) {
    return {.drive = drive,
            .kind = RunKind::FromBoot,
            .guest = setup.guest,
            .user_program = setup.user_program,
            .find_program = setup.find_program,
            .seed = setup.seed,
            .race = setup.race,
            .suppressions = setup.suppressions,
            .expect = setup.expect,
            .fail_on = setup.fail_on,
            .described = booted.description ? &*booted.description : nullptr,
            .tables = setup.tables,
            .input = setup.input,
            .watchdog = setup.watchdog,
            .user_traps = setup.user_traps,
            .audit = setup.audit,
            .trace = trace};
}

class GuestRun {
public:
    // `trace` may be null.
    GuestRun(const RunSetup& setup, const ElfImage& kernel, const Booted& booted, Trace* trace,
             ConsoleLog& console, Interrupts& interrupts, const RunListeners& listeners)
        : setup_(setup),
          booted_(booted),
          machine_(*booted.machine),
          interrupts_(interrupts),
          listeners_(listeners),
          schedule_(make_schedule(setup)),
          oracles_(machine_, kernel, console,
                   oracle_setup(setup, schedule_ == nullptr ? Drive::ThreadAHart : Drive::OneThread,
                                trace, booted)),
          wanted_(setup.wanted, setup.wanted_enough),
          input_(listeners, oracles_.run()),
          line_(setup.line.empty() ? "" : setup.prompt, setup.line),
          turns_(machine_, oracles_.turns(), instructions_between_checks,
                 [this](u64 executed) { between_turns(executed); }) {
        machine_.set_perturbation(setup_.schedule.perturbation(setup_.seed));
        machine_.keep_turns(setup_.keep_turns);
        interrupts_.watch(&machine_);
        for (u32 n = 0; n < machine_.harts(); ++n) {
            before_.push_back(machine_.instructions({n}));
        }
        if (!setup.line.empty()) {
            console.take_input_from([this] { return line_.next(); });
            line_.listen(console, machine_);
        }
        if (setup.failing_call) {
            failure_.emplace(setup.failing_call->allocator, setup.failing_call->number);
            machine_.add_code_marks(*failure_);
        }
    }

    ~GuestRun() {
        interrupts_.watch(nullptr);
        if (failure_) {
            machine_.remove_code_marks(*failure_);
        }
        if (!setup_.line.empty()) {
            watched().console.take_input_from({});
            watched().console.tell_at("", {});
        }
    }
    GuestRun(const GuestRun&) = delete;
    GuestRun& operator=(const GuestRun&) = delete;

    RunOutcome run() {
        began_ = Clock::now();
        const double cpu_began = process_cpu_s();
        RunOutcome outcome;
        if (booted_.at_prompt && !setup_.line.empty()) {
            type_line();
        }
        outcome.end = !booted_.ended            ? go_on()
                      : interrupts_.requested() ? RunEnd::Interrupted
                                                : RunEnd::NoPrompt;
        if (listeners_.ended) {
            listeners_.ended();
        }
        outcome.wall_s = std::chrono::duration<double>(Clock::now() - began_).count();
        outcome.cpu_s = process_cpu_s() - cpu_began;
        conclude(outcome);
        tell_of_schedule(outcome);
        return outcome;
    }

private:
    Watched& watched() { return oracles_.run(); }

    [[nodiscard]] u64 executed_before() const {
        return std::accumulate(before_.begin(), before_.end(), u64{0});
    }

    MachineStop drive() {
        return schedule_ == nullptr ? machine_.run_parallel(setup_.look)
                                    : machine_.run_scheduled(*schedule_, ~u64{0}, &turns_);
    }

    // A repeatable run never stops for a look: a turn that is cut short is another schedule.
    void between_turns(u64 executed_in_all) {
        if (early_end_) {
            return;
        }
        const u64 executed = executed_in_all - executed_before();
        if (wanted_.enough(oracles_)) {
            early_end_ = RunEnd::Shown;
        } else if (executed >= setup_.most_instructions) {
            early_end_ = RunEnd::InstructionsSpent;
        } else if (executed - looked_at_ >= instructions_a_look) {
            looked_at_ = executed;
            early_end_ = look();
        }
        if (early_end_) {
            machine_.request_stop();
        }
    }

    RunEnd go_on() {
        for (;;) {
            switch (drive()) {
            case MachineStop::Finished:
                return watched().events.dead_handler() ? RunEnd::DeadHandler : RunEnd::Finished;
            case MachineStop::Quiescent: at_quiescence(); break;
            case MachineStop::SnapshotReady:
            case MachineStop::Requested:
            case MachineStop::Idle:
            case MachineStop::Deadline: break;
            }
            if (early_end_) {
                return *early_end_;
            }
            if (line_is_done()) {
                oracles_.at_quiescence();
                return RunEnd::Finished;
            }
            if (const std::optional<RunEnd> end = look()) {
                return *end;
            }
        }
    }

    void type_line() {
        line_.type(machine_);
        if (failure_) {
            failure_->begin();
        }
    }

    // At the first prompt the line is typed. At the next one all is done, unless something else is
    // said soon: then that was no prompt, or somebody works on in the background.
    bool line_is_done() {
        if (setup_.line.empty() || !line_.at_prompt(watched().console)) {
            return false;
        }
        if (!line_.typed()) {
            type_line();
            return false;
        }
        if (schedule_ == nullptr) {
            machine_.run_parallel(settling_time);
        } else {
            machine_.run_scheduled(*schedule_, settling_instructions, &turns_);
        }
        return line_.at_prompt(watched().console);
    }

    void at_quiescence() {
        const std::optional<PhysAddr> table = watched().events.audit_table();
        if (table && listeners_.quiescent) {
            listeners_.quiescent(machine_, *table);
        }
        oracles_.at_quiescence();
    }

    std::optional<RunEnd> look() {
        if (interrupts_.requested()) {
            return interrupts_.signalled() ? RunEnd::Interrupted : RunEnd::Left;
        }
        if (const std::optional<RunEnd> end = oracles_.look()) {
            return end;
        }
        if (setup_.limit && Clock::now() - began_ >= *setup_.limit) {
            return RunEnd::Timeout;
        }
        if (input_.over()) {
            return RunEnd::Left;
        }
        report_progress();
        return oracles_.count_to_limit() >= setup_.max_findings ? std::optional(RunEnd::EnoughFound)
                                                                : std::nullopt;
    }

    void report_progress() {
        if (!listeners_.progress) {
            return;
        }
        listeners_.progress({Clock::now() - began_, turns_.executed() - executed_before(),
                             watched().events.operations(), oracles_.count()});
    }

    void conclude(RunOutcome& outcome) {
        Watched& run = watched();
        static_cast<KernelTotals&>(outcome) = kernel_totals(run);
        outcome.allocation_failed = outcome.allocation_failed || (failure_ && failure_->happened());
        RunFacts facts;
        facts.end = outcome.end;
        facts.exit_status = outcome.exit_status = machine_.exit_status();
        facts.limit =
            std::chrono::ceil<std::chrono::seconds>(setup_.limit.value_or(std::chrono::seconds(0)));
        facts.copy_on_write = outcome.cow.copied + outcome.cow.taken_over != 0
                                  ? RunFacts::CopyOnWrite::Seen
                                  : setup_.copy_on_write;
        facts.memory =
            outcome.allocation_failed ? RunFacts::Memory::Refused : RunFacts::Memory::Enough;
        outcome.findings = oracles_.findings(facts);
        outcome.suppressed = run.suppressed;
        outcome.oracles = oracles_.report();
        outcome.inferred = inferred_parts(booted_);
        outcome.operations = run.events.operations();
        outcome.moments = run.moments;
        outcome.audited = run.audited;
        for (u32 n = 0; n < machine_.harts(); ++n) {
            outcome.instructions.push_back(machine_.instructions({n}) - before_[n]);
            outcome.system_calls += run.events.system_calls({n});
        }
    }

    void tell_of_schedule(RunOutcome& outcome) {
        if (schedule_ != nullptr) {
            outcome.schedule = schedule_->summary();
            outcome.turns_taken = machine_.turns();
            outcome.state_hash = machine_.state_hash();
        }
        outcome.switches = turns_.switches();
        outcome.turns = machine_.take_turns();
    }

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

}  // namespace

Result<RunOutcome> run_guest(const RunSetup& setup, ConsoleLog& console, Interrupts& interrupts,
                             const RunListeners& listeners, Booted* booted) {
    const Result<ElfImage> kernel = ElfImage::read(setup.kernel);
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    if (const std::string hash = kernel_hash(*kernel);
        !setup.kernel_hash.empty() && hash != setup.kernel_hash) {
        return error(fmt::format(
            "{}: is another kernel than when stress began: it was {} then, and is {} now",
            setup.kernel.lexically_normal().string(), setup.kernel_hash, hash));
    }
    Booted own;
    const bool from_prompt =
        !setup.prompt.empty() && setup.watch_from == RunSetup::WatchFrom::Prompt;
    if (booted == nullptr) {
        Result<Booted> made =
            from_prompt ? boot(setup, *kernel, &interrupts) : at_reset(setup, *kernel, &interrupts);
        if (!made) {
            return std::unexpected(made.error());
        }
        own = std::move(*made);
        booted = &own;
    }
    Machine& machine = *booted->machine;
    std::unique_ptr<Trace> trace;
    if (setup.trace) {
        auto made = Trace::create(*setup.trace, [&machine] { return machine.time(); });
        if (!made) {
            return std::unexpected(made.error());
        }
        trace = std::move(*made);
    }
    for (const char c : booted->console) {
        console.put(static_cast<u8>(c));
    }
    return GuestRun(setup, *kernel, *booted, trace.get(), console, interrupts, listeners).run();
}

}  // namespace stampede
