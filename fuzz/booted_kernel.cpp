#include "fuzz/booted_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "harts/observe/coverage/coverage_engines.h"

namespace stampede::fuzz {
namespace {

constexpr u64 most_to_boot = 500'000'000;  // instructions
// So few ASIDs that a program of some forks uses them up: what a kernel then does is its rarest
// flush.
const Work executor_work{"executor", "asids=15"};
// of host time, at a parallel run's instructions
constexpr std::chrono::milliseconds between_parallel_looks{20};
// A kernel that has a program's instructions spent is looked at so often, and so many instructions
// apart, before it is let go.
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

}  // namespace

OracleSetup BootedKernel::oracle_setup(const RunnerSetup& setup, Drive drive,
                                       const Coverage& coverage, GivenProgram& program) {
    return {.drive = drive,
            .kind = RunKind::FromSnapshot,
            .user_program = setup.guest.program(executor_work.program),
            .race = setup.race,
            .branches = coverage.branches.get(),
            .meetings = coverage.meetings.get(),
            .watchdog = limits,
            .user_traps = RunFacts::UserTraps::Provoked,
            .listeners = {&program}};
}

BootedKernel::BootedKernel(const RunnerSetup& setup, const ElfImage& kernel,
                           std::unique_ptr<Machine> machine, Coverage coverage, Drive drive)
    : setup_(setup),
      machine_(std::move(machine)),
      drive_(drive),
      coverage_(std::move(coverage)),
      oracles_(*machine_, kernel, console_, oracle_setup(setup, drive, coverage_, program_)) {
    program_.set_events(oracles_.run().events);
}

Result<std::unique_ptr<BootedKernel>> BootedKernel::create(const RunnerSetup& setup,
                                                           const ElfImage& kernel,
                                                           SchedulingPoints points, Drive drive) {
    const TimeMode time = drive == Drive::ThreadAHart ? TimeMode::Warp : TimeMode::Counted;
    auto machine = Machine::create({.harts = setup.harts,
                                    .memory = setup.memory,
                                    .time = time,
                                    .bootargs = setup.guest.start(executor_work)->bootargs,
                                    .permits = 0},
                                   kernel);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    Result<Coverage> coverage = cover(setup, kernel, **machine);
    if (!coverage) {
        return std::unexpected(coverage.error());
    }
    std::unique_ptr<BootedKernel> made(
        new BootedKernel(setup, kernel, std::move(*machine), std::move(*coverage), drive));
    made->watch(points);
    if (const Result<void> booted = made->boot(); !booted) {
        return std::unexpected(booted.error());
    }
    return made;
}

// Error: the kernel has more code than there are counters.
Result<BootedKernel::Coverage> BootedKernel::cover(const RunnerSetup& setup, const ElfImage& kernel,
                                                   Machine& machine) {
    Coverage coverage;
    if (setup.coverage.empty()) {
        return coverage;
    }
    const ElfSegment& code = kernel.code();
    if (code.bytes.size() > setup.coverage.size()) {
        return error(fmt::format("{}: {} bytes of code, and counters for {}", kernel.name(),
                                 code.bytes.size(), setup.coverage.size()));
    }
    std::vector<Hart*> harts;
    for (u32 n = 0; n < setup.harts; ++n) {
        harts.push_back(&machine.hart({n}));
    }
    coverage.branches = std::make_unique<BranchCoverage>(
        code.virtual_address, code.bytes, setup.coverage.first(code.bytes.size()), harts);
    if (!setup.interleavings.empty()) {
        coverage.meetings =
            std::make_unique<InterleavingCoverage>(end_of(kernel), setup.interleavings, harts);
    }
    return coverage;
}

// Where races are looked for, race detection's engine counts too.
void BootedKernel::watch(SchedulingPoints points) {
    if (setup_.race != nullptr || coverage_.branches == nullptr) {
        return;
    }
    const bool counted = points == SchedulingPoints::Counted;
    if (coverage_.meetings != nullptr) {
        machine_->set_observers({coverage_.branches.get(), coverage_.meetings.get()},
                                counted ? meetings_counting_engine : meetings_engine);
    } else {
        machine_->set_observers({coverage_.branches.get()},
                                counted ? branches_counting_engine : branches_engine);
    }
}

// What every program's run begins with, whatever its schedule.
Result<void> BootedKernel::boot() {
    const ScheduleSpec spec = *ScheduleSpec::parse("round-robin:1000");
    const MachineStop stop = run_for(spec.make(1, setup_.harts).get(), most_to_boot);
    if (stop != MachineStop::SnapshotReady) {
        const std::string said = console_.last_line();
        return error(fmt::format(
            "{}: its executor is not ready after {} instructions{}", setup_.guest.kernel.string(),
            executed(),
            said.empty() ? "; the console is silent" : "; the console's last line: " + said));
    }
    // the one hart that runs is in user mode: no lock is held
    at_boot_ = findings(ProgramOutcome::End::Slept);
    snapshot_ = std::make_unique<Snapshot>(*machine_, oracles_.restorables());
    return {};
}

u64 BootedKernel::executed() const { return machine_->instructions(); }

u64 BootedKernel::system_calls() const {
    u64 sum = 0;
    for (u32 n = 0; n < setup_.harts; ++n) {
        sum += oracles_.run().events.system_calls({n});
    }
    return sum;
}

// In parallel without a schedule.
MachineStop BootedKernel::run_for(Schedule* schedule, u64 instructions) {
    if (drive_ == Drive::OneThread) {
        return machine_->run_scheduled(*schedule, instructions, oracles_.turns());
    }
    const u64 began = executed();
    MachineStop stop = MachineStop::Deadline;
    while (stop == MachineStop::Deadline && executed() - began < instructions) {
        stop = machine_->run_parallel(between_parallel_looks, WhenIdle::Stop);
    }
    return stop;
}

ProgramOutcome::End BootedKernel::drive(Schedule* schedule) {
    MachineStop stop = run_for(schedule, setup_.most_instructions);
    for (unsigned n = 0; n < looks && stop == MachineStop::Deadline; ++n) {
        if (oracles_.look() == RunEnd::Stuck) {
            return ProgramOutcome::End::Stuck;
        }
        stop = run_for(schedule, between_looks);
    }
    switch (stop) {
    case MachineStop::Idle: return ProgramOutcome::End::Slept;
    case MachineStop::Deadline: return ProgramOutcome::End::InstructionsSpent;
    default: return ProgramOutcome::End::Stopped;
    }
}

std::vector<Finding> BootedKernel::findings(ProgramOutcome::End end) {
    RunFacts facts;
    facts.exit_status = machine_->exit_status();
    facts.end = end == ProgramOutcome::End::Stuck   ? RunEnd::Stuck
                : end == ProgramOutcome::End::Slept ? RunEnd::Asleep
                : facts.exit_status                 ? RunEnd::Finished
                                                    : RunEnd::InstructionsSpent;
    std::vector<Finding> all = oracles_.findings(facts);
    std::erase_if(all, [&](const Finding& finding) {
        return std::ranges::count(at_boot_, finding.title, &Finding::title) != 0;
    });
    return all;
}

ProgramOutcome BootedKernel::run(const Program& program, Schedule* schedule,
                                 const Perturbation& perturbation) {
    program_.give(program);
    if (coverage_.meetings != nullptr) {
        coverage_.meetings->begin_run();
    }
    if (schedule != nullptr) {
        machine_->set_perturbation(perturbation);
    }
    const u64 executed_before = executed(), calls_before = system_calls();
    ProgramOutcome outcome;
    outcome.end = drive(schedule);
    outcome.findings = findings(outcome.end);
    outcome.instructions = executed() - executed_before;
    outcome.system_calls = system_calls() - calls_before;
    outcome.dirty_pages = snapshot_->dirty_pages().size();
    outcome.state_hash = machine_->register_hash();
    snapshot_->restore();
    return outcome;
}

}  // namespace stampede::fuzz
