#include "harts/tests/schedules/repeat.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/schedule/runs.h"

namespace stampede::schedules {

Result<ElfImage> read_kernel() { return ElfImage::read(SCHEDULES_KERNEL); }

Result<KernelOutcome> run_kernel(const ElfImage& kernel, const KernelRun& run) {
    constexpr u64 most = 1'000'000'000;
    MachineConfig config;
    config.harts = run.harts;
    config.memory = u64{16} << 20;
    config.time = TimeMode::Counted;
    config.bootargs = fmt::format("run={} ops={} seed={}", run.workload, run.operations, run.seed);
    auto created = Machine::create(config, kernel);
    if (!created) {
        return std::unexpected(created.error());
    }
    Machine& machine = **created;
    GuestCallSink nobody;  // without one the kernel's calls are not heard, and quiescence is none
    machine.set_guest_calls(&nobody);
    machine.set_perturbation(run.schedule.perturbation(run.seed));
    machine.keep_turns(true);
    const std::unique_ptr<Schedule> schedule = run.turns ? std::make_unique<ReplayRuns>(*run.turns)
                                                         : run.schedule.make(run.seed, run.harts);
    KernelOutcome outcome;
    MachineStop stop;
    u64 executed = 0;
    do {
        stop = machine.run_scheduled(*schedule, std::min(run.look_every, most));
        executed = machine.instructions();
    } while (stop != MachineStop::Finished && stop != MachineStop::Idle && executed < most);
    if (machine.exit_status() != 0u) {
        return error(fmt::format("{} on {} harts, {}, seed {}: not passed after {} instructions",
                                 run.workload, run.harts, run.schedule.text(), run.seed, executed));
    }
    outcome.trace.state_hash = machine.state_hash();
    for (u32 n = 0; n < run.harts; ++n) {
        outcome.trace.instructions.push_back(machine.instructions({n}));
    }
    outcome.turns = machine.take_turns();
    return outcome;
}

}  // namespace stampede::schedules
