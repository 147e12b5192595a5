#include "stress/run/setup.h"

namespace stampede {

Start start_of(const Options& options, const Guest& guest) {
    return guest.start({options.task == Task::Shell ? "" : options.workload, options.words()});
}

RunSetup setup_of(const Options& options, const Guest& guest) {
    RunSetup setup;
    setup.machine.harts = options.cpus;
    setup.machine.memory = options.memory;
    setup.machine.time = options.schedule.repeatable() ? TimeMode::Counted : options.time;
    setup.schedule = options.schedule;
    setup.seed = options.seed_of_schedule();
    setup.runs = options.runs;
    const Start start = start_of(options, guest);
    setup.machine.bootargs = start.bootargs;
    setup.kernel = guest.kernel;
    if (start.ends == EndsBy::Finisher) {
        const Workload& workload = *workload_named(options.workload);
        setup.user_program = guest.program(workload.name);
        setup.user_traps = workload.provokes_traps ? RunFacts::UserTraps::Provoked
                                                   : RunFacts::UserTraps::Unexpected;
        setup.copy_on_write = workload.shares_pages && guest.on_fork == OnFork::Shares
                                  ? RunFacts::CopyOnWrite::Missing
                                  : RunFacts::CopyOnWrite::Optional;
    } else {
        setup.input = Watchdog::Input::Possible;
        setup.user_traps = RunFacts::UserTraps::Provoked;  // by whoever types
        setup.audit = RunFacts::Audit::NotExpected;        // one may leave a shell at any time
    }
    setup.trace = options.trace;
    setup.limit = options.time_limit();
    setup.max_findings = options.max_findings;
    return setup;
}

}  // namespace stampede
