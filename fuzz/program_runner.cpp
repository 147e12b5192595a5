#include "fuzz/program_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>

#include "fuzz/calls_in_flight.h"
#include "fuzz/program/lowered.h"
#include "harts/machine/snapshot.h"
#include "harts/observe/audit/audit.h"
#include "harts/observe/audit/instant.h"
#include "harts/observe/coverage/branch_coverage.h"
#include "harts/observe/coverage/coverage_engines.h"
#include "harts/observe/frame_ledger.h"
#include "harts/observe/coverage/interleaving_coverage.h"
#include "harts/oracles/findings/address_text.h"
#include "harts/oracles/findings/frame_findings.h"
#include "harts/oracles/run_facts.h"
#include "harts/oracles/findings/stale_findings.h"
#include "kernel/abi/system_calls.h"

namespace stampede::fuzz {
namespace {

constexpr u64 most_to_boot = 500'000'000;                      // instructions
// So few ASIDs that a program of some forks uses them up: what a kernel then does is its rarest flush.
const Work executor_work{"executor", "asids=15"};
constexpr u64 user_ecall = 8, instruction_page_fault = 12;      // scause
constexpr unsigned a0 = 10;                                    // x register
constexpr u64 fork_call = static_cast<u64>(abi::SystemCall::fork), wait_call = static_cast<u64>(abi::SystemCall::wait);
constexpr std::chrono::milliseconds between_glances{20};       // of host time, at a parallel run's instructions
// A kernel that has a program's instructions spent is looked at so often, and so many instructions apart, before it is let go.
constexpr unsigned looks = 12;
constexpr u64 between_looks = 500'000;
constexpr WatchdogLimits limits{.instructions_with_interrupts_off = 4'000'000,
                                .instructions_without_progress = 2'000'000,
                                .instructions_in_a_ring = 1'000'000,
                                .looks_asleep = looks + 1};

// Of the kernel's image in RAM.
PhysAddr end_of(const ElfImage& kernel) {
    PhysAddr end = ram_base;
    for (const ElfSegment& segment : kernel.segments()) {
        end.value = std::max(end.value, segment.physical + segment.memory_size);
    }
    return end;
}

// Hears what the guest says, and hands it its program.
class Events final : public GuestEvents {
public:
    // `calls` may be null.
    Events(const Ram& ram, std::function<void()> stop, FrameLedger* frames, CallsInFlight* calls)
        : GuestEvents(ram, std::move(stop), nullptr, frames), calls_(calls) {}
    std::string_view on_fetch(const HartState&, u32) override { return image; }
    // Programs that do not jump never leave their code, and sbrk does not reach it: it can only be missing.
    void on_trap(const HartState& state, u64 cause, u64 tval, Privilege to) override {
        GuestEvents::on_trap(state, cause, tval, to);
        if (state.mode == Privilege::User && cause == instruction_page_fault && !leaves_its_code) {
            on_check_failed(state, "a page of the program's code is not there");
        }
        if (calls_ != nullptr && cause == user_ecall) {
            calls_->on_call(state);
        }
    }
    void on_trap_return(const HartState& state) override {
        GuestEvents::on_trap_return(state);
        if (calls_ != nullptr && state.mode == Privilege::User) {
            const std::optional<u64> number = calls_->on_return(state);
            const std::optional<u32> parent = number == fork_call && state.x[a0] >> 63 == 0 ? pid_of(state.csr.satp) : std::nullopt;
            if (parent) {
                calls_->on_fork(*parent, static_cast<u32>(state.x[a0]));
            }
        }
    }
    std::string image;
    bool leaves_its_code = false;

private:
    CallsInFlight* const calls_;
};

// Where code runs that is not the executor's, or where none is: by a jump, and by an exec of what the program has written.
struct CodeUse {
    bool jumps = false, execs = false, writes_files = false;

    void look_at(const Calls& calls) {
        for (const Call& call : calls) {
            jumps = jumps || call.kind == CallKind::jump || call.kind == CallKind::make_program;
            execs = execs || call.kind == CallKind::exec;
            writes_files = writes_files || (call.kind == CallKind::open && (open_flags(call.number) & (abi::o_wronly | abi::o_rdwr | abi::o_trunc)) != 0);
            look_at(call.body);
        }
    }
    [[nodiscard]] bool may_leave_it() const { return jumps || (execs && writes_files); }
};

bool may_leave_its_code(const Program& program) {
    CodeUse use;
    for (const Process& process : program.processes) {
        use.look_at(process.calls);
    }
    return use.may_leave_it();
}

}  // namespace

struct ProgramRunner::Parts {
    Parts(const RunnerSetup& setup, const ElfImage& kernel, std::unique_ptr<Machine> made, Drive drive)
        : setup(setup), machine(std::move(made)), drives(drive), symbols(kernel, setup.guest.program(executor_work.program)),
          ledger(machine->ram(), drive),
          race(setup.race == nullptr ? nullptr : setup.race(*machine, kernel, drive)), stale(machine->ram(), setup.harts),
          events(machine->ram(), [this] { machine->request_stop(); }, &ledger, drive == Drive::OneThread ? &calls : nullptr) {
        machine->set_console(&console);
        machine->set_guest_calls(&events);
        machine->set_events(&events);
        machine->set_frame_watch(&ledger);
        machine->set_translation_watch(&stale);
    }

    // Error: the kernel has more code than there are counters.
    Result<void> cover(const ElfImage& kernel) {
        const ElfSegment& code = kernel.code();
        if (code.bytes.size() > setup.coverage.size()) {
            return error(fmt::format("{}: {} bytes of code, and counters for {}", kernel.name(), code.bytes.size(), setup.coverage.size()));
        }
        std::vector<Hart*> harts;
        for (u32 n = 0; n < setup.harts; ++n) {
            harts.push_back(&machine->hart({n}));
        }
        coverage = std::make_unique<BranchCoverage>(code.virtual_address, code.bytes, setup.coverage.first(code.bytes.size()), harts);
        if (!setup.interleavings.empty()) {
            interleavings = std::make_unique<InterleavingCoverage>(end_of(kernel), setup.interleavings, harts);
        }
        return {};
    }

    // All that watches, by one engine.
    void watch(Points points) {
        if (race != nullptr) {
            race->expect_snapshot(coverage.get(), interleavings.get());
        } else if (interleavings != nullptr) {
            machine->set_observers({coverage.get(), interleavings.get()}, points == Points::Counted ? meetings_counting_engine : meetings_engine);
        } else if (coverage != nullptr) {
            machine->set_observers({coverage.get()}, points == Points::Counted ? branches_counting_engine : branches_engine);
        }
    }

    // What every program's run begins with, whatever its schedule.
    Result<void> boot() {
        const ScheduleSpec spec = *ScheduleSpec::parse("round-robin:1000");
        const MachineStop stop = run_for(spec.make(1, setup.harts).get(), most_to_boot);
        if (stop != MachineStop::SnapshotReady) {
            const std::string said = console.last_line();
            return error(fmt::format("{}: its executor is not ready after {} instructions{}", setup.guest.kernel.string(), executed(),
                                     said.empty() ? "; the console is silent" : "; the console's last line: " + said));
        }
        RunFacts facts;
        at_boot = findings(ProgramOutcome::End::Slept, facts);  // the one hart that runs is in user mode: no lock is held
        std::vector<Restorable*> others{&console, &events, &ledger, &stale, &calls};
        if (race != nullptr) {
            others.push_back(race.get());
        }
        snapshot = std::make_unique<Snapshot>(*machine, others);
        return {};
    }

    [[nodiscard]] u64 executed() const {
        u64 sum = 0;
        for (u32 n = 0; n < setup.harts; ++n) {
            sum += machine->instructions({n});
        }
        return sum;
    }
    [[nodiscard]] u64 system_calls() const {
        u64 sum = 0;
        for (u32 n = 0; n < setup.harts; ++n) {
            sum += events.system_calls({n});
        }
        return sum;
    }

    std::vector<HartStatus> look_at_harts() {
        std::vector<HartStatus> all;
        for (u32 n = 0; n < setup.harts; ++n) {
            all.push_back(status_of(machine->hart({n}), machine->ram(), events.traps({n})));
        }
        return all;
    }

    // In parallel without a schedule.
    MachineStop run_for(Schedule* schedule, u64 instructions) {
        if (drives == Drive::OneThread) {
            return machine->run_scheduled(*schedule, instructions, race.get());
        }
        const u64 began = executed();
        MachineStop stop = MachineStop::Deadline;
        while (stop == MachineStop::Deadline && executed() - began < instructions) {
            stop = machine->run_parallel(between_glances, WhenIdle::Stop);
        }
        return stop;
    }

    ProgramOutcome::End drive(Schedule* schedule, RunFacts& facts) {
        MachineStop stop = run_for(schedule, setup.most_instructions);
        if (stop == MachineStop::Deadline) {
            Watchdog watchdog(limits, Watchdog::Input::None,
                              [this](PhysAddr word) { return race == nullptr ? std::nullopt : race->holder_of(word); });
            for (unsigned n = 0; n < looks && stop == MachineStop::Deadline && !facts.stuck; ++n) {
                facts.stuck = watchdog.look(look_at_harts());
                stop = facts.stuck ? stop : run_for(schedule, between_looks);
            }
        }
        switch (stop) {
        case MachineStop::Idle: return ProgramOutcome::End::Slept;
        case MachineStop::Deadline: return facts.stuck ? ProgramOutcome::End::Stuck : ProgramOutcome::End::InstructionsSpent;
        default: return ProgramOutcome::End::Stopped;
        }
    }

    // When all sleep no lock is held; else only what holds between any two instructions is asked for.
    std::vector<Finding> audit_now(ProgramOutcome::End end) {
        const std::optional<PhysAddr> at = events.audit_table();
        const auto table = at ? load_audit_table(machine->ram(), *at) : std::nullopt;
        if (!table) {
            return {};
        }
        if (end == ProgramOutcome::End::Slept) {
            AuditReport report = audit_report(machine->ram(), *table);
            if (!of_nobody_at_boot) {
                of_nobody_at_boot = report.of_nobody;
            }
            if (auto leak = check_for_leak(*of_nobody_at_boot, report.of_nobody)) {
                report.findings.push_back(std::move(*leak));
            }
            return std::move(report.findings);
        }
        const auto view = AuditView::create(machine->ram(), *table);
        if (!view) {
            return {};
        }
        PolicyUse use = PolicyUse::Idle;
        for (u32 n = 0; n < setup.harts; ++n) {
            use = stands_in_policy(*view, machine->hart({n})) ? PolicyUse::Busy : use;
        }
        return audit_instant(*view, use).findings;
    }

    // Whether it has memory: it is there, and no zombie.
    static bool lives(const AuditView& view, u32 pid) {
        for (u64 slot = 0; slot < view.process_slots(); ++slot) {
            const auto process = view.process(slot);
            if (process && process->pid == pid && process->has_page_table()) {
                return true;
            }
        }
        return false;
    }

    // When all sleep: who should not.
    std::vector<Finding> lost_sleepers() {
        std::vector<Finding> all;
        const std::vector<CallInFlight> asleep = calls.asleep();
        const std::optional<PhysAddr> at = asleep.empty() ? std::nullopt : events.audit_table();
        const auto table = at ? load_audit_table(machine->ram(), *at) : std::nullopt;
        if (!table) {
            return all;
        }
        const auto view = AuditView::create(machine->ram(), *table);
        if (!view) {
            return all;
        }
        for (const CallInFlight& call : asleep) {
            const std::optional<u32> pid = events.pid_of(call.satp);
            const auto child_lives = [&](u32 child) { return lives(*view, child); };
            if (!pid || (call.number == wait_call && std::ranges::any_of(calls.children(*pid), child_lives))) {
                continue;
            }
            Finding finding;
            finding.kind = FindingKind::no_progress;
            finding.title = fmt::format("a process sleeps in {}() for ever", system_call_name(call.number));
            finding.where.pid = pid;
            finding.where.source = symbols.locate(call.pc, Privilege::User);
            finding.detail = fmt::format("pid {}: no hart has anything to do and no timer is set, although what it waits for has come", *pid);
            merge_findings(all, {std::move(finding)});
        }
        return all;
    }

    std::vector<Finding> findings(ProgramOutcome::End end, RunFacts& facts) {
        facts.user_traps = RunFacts::UserTraps::Provoked;
        facts.exit_status = machine->exit_status();
        facts.end = end == ProgramOutcome::End::Stuck                   ? RunEnd::Stuck
                    : end == ProgramOutcome::End::Slept                 ? RunEnd::Left
                    : machine->exit_status()                            ? RunEnd::Finished
                                                                        : RunEnd::InstructionsSpent;
        facts.failed_checks = events.failed_checks();
        facts.alarming = console.alarming();
        facts.last_line = console.last_line();
        facts.dead_handler = events.dead_handler();
        facts.endless_fault = events.endless_fault();
        facts.audited = audit_now(end);
        merge_findings(facts.audited, ledger.count() != 0 ? frame_findings(ledger, symbols) : std::vector<Finding>());
        if (facts.stuck || !facts.alarming.empty()) {
            for (const HartStatus& hart : look_at_harts()) {
                facts.harts.push_back({hart, events.place_of(machine->hart({hart.hart}).own)});
            }
        }
        std::vector<Finding> all = findings_at_end(facts, symbols);
        if (race != nullptr && race->news()) {
            merge_findings(all, race->findings({symbols, events, [this](PhysAddr at) { return address_text(machine->ram(), events, symbols, at); }}));
        }
        merge_findings(all, stale.count() != 0 ? stale_findings(stale.reports(), symbols, events) : std::vector<Finding>());
        if (end == ProgramOutcome::End::Slept) {
            merge_findings(all, lost_sleepers());
        }
        std::erase_if(all, [&](const Finding& finding) { return std::ranges::count(at_boot, finding.title, &Finding::title) != 0; });
        return all;
    }

    const RunnerSetup setup;
    const std::unique_ptr<Machine> machine;
    const Drive drives;
    const GuestSymbols symbols;
    ConsoleLog console;
    FrameLedger ledger;
    const std::unique_ptr<RaceDetection> race;
    StaleTranslations stale;
    CallsInFlight calls;
    Events events;
    std::vector<Finding> at_boot;
    std::optional<FramesByOwner> of_nobody_at_boot;
    std::unique_ptr<BranchCoverage> coverage;
    std::unique_ptr<InterleavingCoverage> interleavings;
    std::unique_ptr<Snapshot> snapshot;
};

ProgramRunner::ProgramRunner(std::unique_ptr<Parts> plain, std::unique_ptr<Parts> counting, std::unique_ptr<Parts> parallel)
    : plain_(std::move(plain)), counting_(std::move(counting)), parallel_(std::move(parallel)) {}
ProgramRunner::~ProgramRunner() = default;

Result<std::unique_ptr<ProgramRunner>> ProgramRunner::create(const RunnerSetup& setup) {
    const Result<ElfImage> kernel = ElfImage::read(setup.guest.kernel);
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    auto plain = boot(setup, *kernel, Points::NotCounted, Drive::OneThread);
    if (!plain) {
        return std::unexpected(plain.error());
    }
    Result<std::unique_ptr<Parts>> counting = nullptr, parallel = nullptr;
    if (setup.race == nullptr) {
        counting = boot(setup, *kernel, Points::Counted, Drive::OneThread);
        if (!counting) {
            return std::unexpected(counting.error());
        }
    }
    if (setup.drive == Drive::ThreadAHart) {
        parallel = boot(setup, *kernel, Points::NotCounted, Drive::ThreadAHart);
        if (!parallel) {
            return std::unexpected(parallel.error());
        }
    }
    return std::unique_ptr<ProgramRunner>(new ProgramRunner(std::move(*plain), std::move(*counting), std::move(*parallel)));
}

Result<std::unique_ptr<ProgramRunner::Parts>> ProgramRunner::boot(const RunnerSetup& setup, const ElfImage& kernel, Points points,
                                                                    Drive drive) {
    const TimeMode time = drive == Drive::ThreadAHart ? TimeMode::Warp : TimeMode::Counted;
    auto machine = Machine::create({.harts = setup.harts, .memory = setup.memory, .time = time,
                                    .bootargs = setup.guest.start(executor_work).bootargs, .permits = 0}, kernel);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    auto parts = std::make_unique<Parts>(setup, kernel, std::move(*machine), drive);
    if (!setup.coverage.empty()) {
        if (const Result<void> covered = parts->cover(kernel); !covered) {
            return std::unexpected(covered.error());
        }
    }
    parts->watch(points);
    if (const Result<void> booted = parts->boot(); !booted) {
        return std::unexpected(booted.error());
    }
    return parts;
}

const std::vector<Finding>& ProgramRunner::at_boot() const { return plain_->at_boot; }

ProgramOutcome ProgramRunner::run(const Program& program, const std::optional<ScheduleSpec>& instead) {
    const ScheduleSpec spec = instead ? *instead : program.schedule.spec();
    const std::unique_ptr<Schedule> schedule = spec.make(program.schedule.seed, plain_->setup.harts);
    assert(schedule != nullptr || parallel_ != nullptr);
    Parts& parts = schedule == nullptr                                     ? *parallel_
                   : schedule->limits_events() && counting_ != nullptr ? *counting_
                                                                           : *plain_;
    parts.events.image = lower(program);
    parts.events.leaves_its_code = may_leave_its_code(program);
    if (parts.interleavings != nullptr) {
        parts.interleavings->begin_run();
    }
    if (schedule != nullptr) {
        parts.machine->set_perturbation(spec.perturbation(program.schedule.seed));
    }
    const u64 executed = parts.executed(), system_calls = parts.system_calls();
    RunFacts facts;
    ProgramOutcome outcome;
    outcome.end = parts.drive(schedule.get(), facts);
    outcome.findings = parts.findings(outcome.end, facts);
    outcome.instructions = parts.executed() - executed;
    outcome.system_calls = parts.system_calls() - system_calls;
    outcome.dirty_pages = parts.snapshot->dirty_pages().size();
    outcome.state_hash = parts.machine->register_hash();
    parts.snapshot->restore();
    return outcome;
}

}  // namespace stampede::fuzz
