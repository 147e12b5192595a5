#include "stress/run/guest_run.h"

#include <algorithm>
#include <numeric>

#include "harts/base/cpu_time.h"
#include "harts/schedule/runs.h"
#include "stress/run/setup.h"

namespace stampede {
namespace {

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

}  // namespace

GuestRun::GuestRun(const RunSetup& setup, const ElfImage& kernel, const Booted& booted,
                   Trace* trace, ConsoleLog& console, Interrupts& interrupts,
                   const RunListeners& listeners)
    : setup_(setup),
      booted_(booted),
      machine_(*booted.machine),
      interrupts_(interrupts),
      listeners_(listeners),
      schedule_(make_schedule(setup)),
      oracles_(machine_, kernel, console,
               oracle_setup_of(setup, schedule_ == nullptr ? Drive::ThreadAHart : Drive::OneThread,
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

GuestRun::~GuestRun() {
    interrupts_.watch(nullptr);
    if (failure_) {
        machine_.remove_code_marks(*failure_);
    }
    if (!setup_.line.empty()) {
        watched().console.take_input_from({});
        watched().console.tell_at("", {});
    }
}

RunOutcome GuestRun::run() {
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

u64 GuestRun::executed_before() const {
    return std::accumulate(before_.begin(), before_.end(), u64{0});
}

MachineStop GuestRun::drive() {
    return schedule_ == nullptr ? machine_.run_parallel(setup_.look)
                                : machine_.run_scheduled(*schedule_, ~u64{0}, &turns_);
}

// A repeatable run never stops for a look: a turn that is cut short is another schedule.
void GuestRun::between_turns(u64 executed_in_all) {
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

RunEnd GuestRun::go_on() {
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

void GuestRun::type_line() {
    line_.type(machine_);
    if (failure_) {
        failure_->begin();
    }
}

// At the first prompt the line is typed. At the next one all is done, unless something else is
// said soon: then that was no prompt, or somebody works on in the background.
bool GuestRun::line_is_done() {
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

void GuestRun::at_quiescence() {
    const std::optional<PhysAddr> table = watched().events.audit_table();
    if (table && listeners_.quiescent) {
        listeners_.quiescent(machine_, *table);
    }
    oracles_.at_quiescence();
}

std::optional<RunEnd> GuestRun::look() {
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

void GuestRun::report_progress() {
    if (!listeners_.progress) {
        return;
    }
    listeners_.progress({Clock::now() - began_, turns_.executed() - executed_before(),
                         watched().events.operations(), oracles_.count()});
}

void GuestRun::conclude(RunOutcome& outcome) {
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
    facts.memory = outcome.allocation_failed ? RunFacts::Memory::Refused : RunFacts::Memory::Enough;
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

void GuestRun::tell_of_schedule(RunOutcome& outcome) {
    if (schedule_ != nullptr) {
        outcome.schedule = schedule_->summary();
        outcome.turns_taken = machine_.turns();
        outcome.state_hash = machine_.state_hash();
    }
    outcome.switches = turns_.switches();
    outcome.turns = machine_.take_turns();
}

}  // namespace stampede
