#include "stress/run/setup.h"

#include <algorithm>

namespace stampede {

RunSetup setup_of(const Options& options, const Policy& policy) {
    RunSetup setup;
    setup.machine.harts = options.cpus;
    setup.machine.memory = options.memory;
    setup.machine.time = options.schedule.repeatable() ? TimeMode::Counted : options.time;
    setup.schedule = options.schedule;
    setup.seed = options.seed_of_schedule();
    setup.runs = options.runs;
    setup.machine.bootargs = options.bootargs();
    setup.kernel = policy.kernel;
    if (options.task == Task::Run) {
        setup.user_program = guest_folder() / "user" / (options.workload + ".elf");
        const auto workload = std::ranges::find(workloads(), options.workload, &Workload::name);
        setup.user_traps = workload->provokes_traps() ? RunFacts::UserTraps::Provoked : RunFacts::UserTraps::Unexpected;
        setup.copy_on_write = workload->needs_copy_on_write() && policy.shares_on_fork()
                                  ? RunFacts::CopyOnWrite::Missing
                                  : RunFacts::CopyOnWrite::Optional;
    } else {
        setup.input = Watchdog::Input::Possible;
        setup.user_traps = RunFacts::UserTraps::Provoked;  // by whoever types
        setup.audit = RunFacts::Audit::NotExpected;  // one may leave a shell at any time
    }
    setup.trace = options.trace;
    setup.limit = options.time_limit();
    setup.max_findings = options.max_findings;
    return setup;
}

}  // namespace stampede
