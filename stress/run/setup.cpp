#include "stress/run/setup.h"

#include "stress/run/boot.h"

namespace stampede {
namespace {

// what the tests of xv6 say of one that failed
constexpr const char* default_fail_on = "FAILED";

}  // namespace

Result<Start> start_of(const Options& options, const Guest& guest) {
    return guest.start({options.task == Task::Run ? options.workload : "", options.words()});
}

RunSetup setup_of(const Options& options, const Guest& guest) {
    RunSetup setup;
    setup.machine.harts = options.cpus;
    setup.machine.memory = options.memory;
    setup.machine.time = options.schedule.repeatable() ? TimeMode::Counted : options.time;
    setup.schedule = options.schedule;
    setup.seed = options.seed_of_schedule();
    setup.runs = options.runs;
    Start start = start_of(options, guest).value();
    setup.machine.bootargs = start.bootargs;
    setup.kernel = guest.kernel;
    setup.user_program = start.program;
    setup.find_program = start.find_program;
    setup.disks = std::move(start.disks);
    setup.prompt = guest.prompt;
    setup.line = std::move(start.line);
    setup.watch_from = options.from == forms::StartFrom::Prompt ? RunSetup::WatchFrom::Prompt
                                                                : RunSetup::WatchFrom::Reset;
    setup.expect = options.expect;
    setup.fail_on = options.fail_on;
    if (start.ends == EndsBy::Input) {
        setup.input = Watchdog::Input::Possible;
        setup.audit = RunFacts::Audit::NotExpected;  // one may leave a shell at any time
    }
    if (start.ends == EndsBy::Prompt) {
        setup.audit = RunFacts::Audit::NotExpected;
        // their tests may fail then, and say so
        const bool memory_is_refused = options.fail_allocation.has_value();
        if (!options.fail_on && !memory_is_refused) {
            setup.fail_on = default_fail_on;
        }
        if (!options.expect && !options.fail_on && !memory_is_refused &&
            !start.last_words.empty()) {
            setup.expect = start.last_words;  // no character in it that a pattern has for its own
        }
    }
    // What somebody types, and what somebody else's tests do, may provoke anything.
    const Workload* const ours = start.is_ours ? workload_named(options.workload) : nullptr;
    const bool killed =
        ours != nullptr && (ours->is_killed || options.fail_allocation) && guest.works_at_prompt();
    setup.user_traps = ours == nullptr || ours->provokes_traps || killed
                           ? RunFacts::UserTraps::Provoked
                           : RunFacts::UserTraps::Unexpected;
    if (ours != nullptr && ours->shares_pages && guest.on_fork == OnFork::Shares) {
        setup.copy_on_write = RunFacts::CopyOnWrite::Missing;
    }
    setup.trace = options.trace;
    setup.limit = options.time_limit();
    setup.max_findings = options.max_findings;
    return setup;
}

OracleSetup oracle_setup_of(const RunSetup& setup, Drive drive, Trace* trace,
                            const Booted& booted) {
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

}  // namespace stampede
