#include "stress/run/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "harts/base/cpu_time.h"
#include "harts/observe/audit/audit.h"
#include "harts/observe/frame_ledger.h"
#include "harts/oracles/findings/address_text.h"
#include "harts/oracles/audit_moments.h"
#include "harts/oracles/findings/frame_findings.h"
#include "harts/schedule/runs.h"
#include "harts/oracles/guest/guest_events.h"
#include "harts/oracles/guest/guest_symbols.h"
#include "harts/oracles/findings/stale_findings.h"
#include "harts/oracles/progress/turn_watch.h"
#include "stress/run/wanted_findings.h"

namespace stampede {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned looks_after_a_panic = 4;  // a kernel that gave up gets so long to end the machine
// Of a repeatable schedule, whose length is no matter of host time:
constexpr u64 instructions_a_look = 50'000'000;
constexpr u64 instructions_a_glance = 100'000;   // whether a run that is after something has it
constexpr unsigned quiet_looks = 8;          // a shell without input that says nothing so long has nothing more to do

std::unique_ptr<Schedule> make_schedule(const RunSetup& setup) {
    return setup.runs.empty() ? setup.schedule.make(setup.seed, setup.machine.harts)
                              : std::make_unique<ReplayRuns>(setup.runs);
}

class GuestRun {
public:
    GuestRun(const RunSetup& setup, const ElfImage& kernel, std::unique_ptr<Machine> machine, ConsoleLog& console,
             Interrupts& interrupts, const RunListeners& listeners)
        : setup_(setup),
          machine_(std::move(machine)),
          console_(console),
          interrupts_(interrupts),
          listeners_(listeners),
          symbols_(kernel, setup.user_program),
          watchdog_(setup.watchdog, setup.input, setup.race == nullptr ? Watchdog::HolderOf() : [this](PhysAddr word) {
              return race_ == nullptr ? std::nullopt : race_->holder_of(word);
          }),
          wanted_(setup.wanted, setup.wanted_enough),
          schedule_(make_schedule(setup)),
          frame_ledger_(machine_->ram(), schedule_ == nullptr ? Drive::ThreadAHart : Drive::OneThread),
          race_(setup.race == nullptr ? nullptr
                                      : setup.race(*machine_, kernel, schedule_ == nullptr ? Drive::ThreadAHart : Drive::OneThread)),
          stale_(machine_->ram(), machine_->harts()),
          moments_(make_moments()),
          turns_(*machine_, listener(), instructions_a_glance, [this](u64 executed) { between_turns(executed); }) {
        if (setup.tables == RunSetup::Tables::WatchedFromTheStart) {
            stale_.watch_tables();
        }
        machine_->set_translation_watch(&stale_);
    }

    ~GuestRun() { interrupts_.watch(nullptr); }
    GuestRun(const GuestRun&) = delete;
    GuestRun& operator=(const GuestRun&) = delete;

    Result<void> open_trace() {
        if (setup_.trace) {
            auto trace = Trace::create(*setup_.trace, [this] { return machine_->time(); });
            if (!trace) {
                return std::unexpected(trace.error());
            }
            trace_ = std::move(*trace);
        }
        return {};
    }

    RunOutcome run() {
        events_ = std::make_unique<GuestEvents>(machine_->ram(), [this] { machine_->request_stop(); }, trace_.get(),
                                                &frame_ledger_);
        machine_->set_console(&console_);
        machine_->set_guest_calls(events_.get());
        machine_->set_events(events_.get());
        machine_->set_perturbation(setup_.schedule.perturbation(setup_.seed));
        machine_->set_frame_watch(&frame_ledger_);
        interrupts_.watch(machine_.get());
        machine_->keep_turns(setup_.keep_turns);
        facts_.audit = setup_.audit;
        facts_.user_traps = setup_.user_traps;
        began_ = Clock::now();
        const double cpu_began = process_cpu_s();
        facts_.end = go_on();
        if (listeners_.ended) {
            listeners_.ended();
        }
        gather();
        RunOutcome outcome;
        outcome.wall_s = std::chrono::duration<double>(Clock::now() - began_).count();
        outcome.cpu_s = process_cpu_s() - cpu_began;
        fill(outcome);
        return outcome;
    }

private:
    // None in parallel, nor with race detection: an audit's own threads would take part in it.
    std::unique_ptr<AuditMoments> make_moments() {
        return schedule_ == nullptr || race_ != nullptr
                   ? nullptr
                   : std::make_unique<AuditMoments>(*machine_, setup_.seed, [this] { return events_->audit_table(); }, nullptr);
    }
    TurnListener* listener() { return moments_ != nullptr ? static_cast<TurnListener*>(moments_.get()) : race_.get(); }

    MachineStop drive() {
        return schedule_ == nullptr ? machine_->run_parallel(setup_.look)
                                    : machine_->run_scheduled(*schedule_, ~u64{0}, &turns_);
    }

    // A repeatable run never stops for a look: a turn that is cut short is another schedule.
    void between_turns(u64 executed) {
        if (early_end_) {
            return;
        }
        if (wanted_.enough(*events_, console_, symbols_, race_.get())) {
            early_end_ = RunEnd::Shown;
        } else if (executed >= setup_.most_instructions) {
            early_end_ = RunEnd::InstructionsSpent;
        } else if (executed - looked_at_ >= instructions_a_look) {
            looked_at_ = executed;
            early_end_ = look();
        }
        if (early_end_) {
            machine_->request_stop();
        }
    }

    RunEnd go_on() {
        for (;;) {
            switch (drive()) {
            case MachineStop::Finished: return events_->dead_handler() ? RunEnd::DeadHandler : RunEnd::Finished;
            case MachineStop::Quiescent: audit_now(); break;
            case MachineStop::SnapshotReady:
            case MachineStop::Requested:
            case MachineStop::Idle:
            case MachineStop::Deadline: break;
            }
            if (early_end_) {
                return *early_end_;
            }
            if (const std::optional<RunEnd> end = look()) {
                return *end;
            }
        }
    }

    std::optional<RunEnd> look() {
        if (interrupts_.requested()) {
            return interrupts_.signalled() ? RunEnd::Interrupted : RunEnd::Left;
        }
        if (events_->dead_handler()) {
            return RunEnd::DeadHandler;
        }
        if (events_->endless_fault()) {
            return RunEnd::EndlessFault;
        }
        if (console_.panicked() && ++looks_since_panic_ >= looks_after_a_panic) {
            return RunEnd::Panicked;
        }
        if (setup_.limit && Clock::now() - began_ >= *setup_.limit) {
            return RunEnd::Timeout;
        }
        if (!input_wanted_ && listeners_.input_wanted && events_->user_mode_reached()) {
            input_wanted_ = true;
            listeners_.input_wanted(*machine_);
        }
        if (input_over()) {
            return RunEnd::Left;
        }
        facts_.stuck = watchdog_.look(harts_now());
        if (facts_.stuck) {
            return RunEnd::Stuck;
        }
        return report_progress() >= setup_.max_findings ? std::optional(RunEnd::EnoughFound) : std::nullopt;
    }

    // Gives the number of findings so far.
    std::size_t report_progress() {
        facts_.failed_checks = events_->failed_checks();
        facts_.alarming = console_.alarming();
        const std::size_t audited = facts_.audited.size() + frame_ledger_.count() + (moments_ == nullptr ? 0 : moments_->findings().size());
        const std::size_t findings = facts_.failed_checks.size() + facts_.alarming.size() == 0
            ? audited
            : audited + findings_while_running(facts_, symbols_).size();
        const std::size_t races = (race_ == nullptr ? 0 : race_->count()) + stale_.count();
        if (listeners_.progress) {
            RunProgress progress{Clock::now() - began_, 0, events_->operations(), findings + races};
            for (u32 n = 0; n < machine_->harts(); ++n) {
                progress.instructions += machine_->instructions({n});
            }
            listeners_.progress(progress);
        }
        return findings;
    }

    std::vector<Finding> races() const {
        return race_ == nullptr ? std::vector<Finding>() : race_->findings({symbols_, *events_, [this](PhysAddr at) { return address_text(machine_->ram(), *events_, symbols_, at); }});
    }

    bool input_over() {
        const u64 said = console_.bytes();
        quiet_looks_ = listeners_.input_over && listeners_.input_over() && said == said_ ? quiet_looks_ + 1 : 0;
        said_ = said;
        return quiet_looks_ >= quiet_looks && std::ranges::all_of(harts_now(), &HartStatus::waiting);
    }

    void audit_now() {
        const std::optional<PhysAddr> table = events_->audit_table();
        if (!table) {
            return;  // a guest without a table; whether that is fine is the setup's to say
        }
        if (listeners_.quiescent) {
            listeners_.quiescent(*machine_, *table);
        }
        merge_findings(facts_.audited, audit(machine_->ram(), *table));
        const auto loaded = load_audit_table(machine_->ram(), *table);
        frames_ = loaded ? count_frames(machine_->ram(), *loaded) : std::nullopt;
        if (const auto leak = frames_ ? check_for_leak(*frames_) : std::nullopt) {
            merge_findings(facts_.audited, leaks_by_site(frame_ledger_, symbols_, *leak));
        }
        facts_.audit = RunFacts::Audit::Done;
    }

    std::vector<HartStatus> harts_now() {
        std::vector<HartStatus> all;
        for (u32 n = 0; n < machine_->harts(); ++n) {
            all.push_back(status_of(machine_->hart({n}), machine_->ram(), events_->traps({n})));
        }
        return all;
    }

    void gather() {
        facts_.exit_status = machine_->exit_status();
        facts_.done_status = events_->done_status();
        facts_.limit = std::chrono::ceil<std::chrono::seconds>(setup_.limit.value_or(std::chrono::seconds(0)));
        facts_.dead_handler = events_->dead_handler();
        facts_.endless_fault = events_->endless_fault();
        facts_.failed_checks = events_->failed_checks();
        facts_.alarming = console_.alarming();
        facts_.last_line = console_.last_line();
        merge_findings(facts_.audited, frame_findings(frame_ledger_, symbols_));
        if (moments_ != nullptr) {
            merge_findings(facts_.audited, moments_->findings());
        }
        for (const HartStatus& status : harts_now()) {
            facts_.harts.push_back({status, events_->place_of(machine_->hart({status.hart}).own)});
        }
    }

    void fill(RunOutcome& outcome) {
        fill_totals(outcome);
        facts_.copy_on_write = setup_.copy_on_write;
        facts_.memory = outcome.allocation_failed ? RunFacts::Memory::Refused : RunFacts::Memory::Enough;
        if (outcome.cow.copied + outcome.cow.taken_over != 0) {
            facts_.copy_on_write = RunFacts::CopyOnWrite::Seen;
        }
        outcome.end = facts_.end;
        outcome.exit_status = facts_.exit_status;
        outcome.findings = findings_at_end(facts_, symbols_);
        merge_findings(outcome.findings, setup_.suppressions.apply(races(), outcome.suppressed));
        merge_findings(outcome.findings, stale_findings(stale_.reports(), symbols_, *events_));
        if (schedule_ != nullptr) {
            outcome.schedule = schedule_->summary();
            outcome.turns_taken = machine_->turns();
            outcome.state_hash = machine_->state_hash();
        }
        outcome.operations = events_->operations();
        outcome.moments = moments_ != nullptr ? moments_->totals() : MomentTotals{};
        outcome.switches = turns_.switches();
        outcome.turns = machine_->take_turns();
        outcome.audited = facts_.audit == RunFacts::Audit::Done;
        for (u32 n = 0; n < machine_->harts(); ++n) {
            outcome.instructions.push_back(machine_->instructions({n}));
            outcome.system_calls += events_->system_calls({n});
        }
    }

    void fill_totals(RunOutcome& outcome) {
        const std::optional<PhysAddr> address = events_->audit_table();
        const auto table = address ? load_audit_table(machine_->ram(), *address) : std::nullopt;
        const auto stats = table ? load_kernel_stats(machine_->ram(), *table) : std::nullopt;
        if (!stats) {
            return;
        }
        const u64 total = table->frame_count;
        const u64 after = frames_ ? frames_->of_nobody() : stats->frames_in_use;
        outcome.frames = {total, total - std::min(total, stats->frames_at_boot), total - std::min(total, after),
                          stats->frames_peak};
        outcome.cow = {stats->cow_copied, stats->cow_taken_over, stats->oom_kills};
        outcome.processes_peak = stats->processes_peak;
        outcome.allocation_failed = stats->allocations_failed != 0;
    }

    const RunSetup& setup_;
    const std::unique_ptr<Machine> machine_;
    ConsoleLog& console_;
    Interrupts& interrupts_;
    const RunListeners& listeners_;
    const GuestSymbols symbols_;
    Watchdog watchdog_;
    std::unique_ptr<Trace> trace_;
    std::unique_ptr<GuestEvents> events_;
    RunFacts facts_;
    std::optional<FrameUse> frames_;  // at the quiescent point
    Clock::time_point began_;
    u64 said_ = 0;
    bool input_wanted_ = false;
    unsigned looks_since_panic_ = 0, quiet_looks_ = 0;
    std::optional<RunEnd> early_end_;  // of a repeatable run, decided between two turns
    u64 looked_at_ = 0;                // instructions of all harts at its last look
    WantedFindings wanted_;
    const std::unique_ptr<Schedule> schedule_;       // null: parallel
    FrameLedger frame_ledger_;
    const std::unique_ptr<RaceDetection> race_;      // null: none
    StaleTranslations stale_;
    const std::unique_ptr<AuditMoments> moments_;    // null: none
    TurnWatch turns_;
};

}  // namespace

Verdict RunOutcome::verdict() const {
    if (!findings.empty()) {
        return Verdict::Findings;
    }
    return end == RunEnd::Interrupted ? Verdict::Interrupted : Verdict::Passed;
}

bool RunOutcome::shows(const std::string& title) const {
    return std::ranges::find(findings, title, &Finding::title) != findings.end();
}

Result<RunOutcome> run_guest(const RunSetup& setup, ConsoleLog& console, Interrupts& interrupts,
                             const RunListeners& listeners) {
    const Result<ElfImage> kernel = ElfImage::read(setup.kernel);
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    if (const std::string hash = kernel_hash(*kernel); !setup.kernel_hash.empty() && hash != setup.kernel_hash) {
        return error(fmt::format("{}: is another kernel than when stress began: it was {} then, and is {} now",
                                 setup.kernel.lexically_normal().string(), setup.kernel_hash, hash));
    }
    Result<std::unique_ptr<Machine>> machine = Machine::create(setup.machine, *kernel);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    GuestRun run(setup, *kernel, std::move(*machine), console, interrupts, listeners);
    if (const Result<void> opened = run.open_trace(); !opened) {
        return std::unexpected(opened.error());
    }
    return run.run();
}

}  // namespace stampede
