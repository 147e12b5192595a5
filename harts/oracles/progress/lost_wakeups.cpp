// Who sleeps for ever although what it waits for has come: when all sleep and nothing can wake
// anybody any more, whoever is in a call that must come back whatever others do has lost a wake-up.
#include <fmt/format.h>

#include <algorithm>

#include "harts/oracles/guest/trace.h"
#include "harts/oracles/progress/calls_in_flight.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"
#include "kernel/abi/system_calls.h"

namespace stampede {
namespace {

constexpr u64 user_ecall = 8;  // scause
constexpr unsigned a0 = 10;    // x register
constexpr u64 fork_call = static_cast<u64>(abi::SystemCall::fork),
              wait_call = static_cast<u64>(abi::SystemCall::wait);

// Whether it has memory: it is there, and no zombie.
bool lives(const AuditView& view, u32 pid) {
    for (u64 slot = 0; slot < view.process_slots(); ++slot) {
        const auto process = view.process(slot);
        if (process && process->pid == pid && process->has_page_table()) {
            return true;
        }
    }
    return false;
}

class LostWakeUps final : public Oracle, public HartEvents {
public:
    explicit LostWakeUps(const Watched& run) : run_(run) {}

    HartEvents* events() override { return this; }
    Restorable* restorable() override { return &calls_; }

    void on_trap(const HartState& state, u64 cause, u64, Privilege) override {
        if (cause == user_ecall) {
            calls_.on_call(state);
        }
    }
    void on_trap_return(const HartState& state) override {
        if (state.mode != Privilege::User) {
            return;
        }
        const bool forked = calls_.on_return(state) == fork_call && state.x[a0] >> 63 == 0;
        if (const auto parent = forked ? run_.events.pid_of(state.csr.satp) : std::nullopt) {
            calls_.on_fork(*parent, static_cast<u32>(state.x[a0]));
        }
    }

    void conclude(const RunFacts& facts, std::vector<Finding>& all) override {
        if (facts.end != RunEnd::Asleep) {
            return;
        }
        const std::vector<CallInFlight> asleep = calls_.asleep();
        const auto view = asleep.empty() ? std::nullopt : run_.events.audit_view();
        if (!view) {
            return;
        }
        std::vector<Finding> lost;
        for (const CallInFlight& call : asleep) {
            const std::optional<u32> pid = run_.events.pid_of(call.satp);
            const auto child_lives = [&](u32 child) { return lives(*view, child); };
            if (pid && (call.number != wait_call ||
                        std::ranges::none_of(calls_.children(*pid), child_lives))) {
                merge_findings(lost, {finding_of(call, *pid)});
            }
        }
        merge_findings(all, std::move(lost));
    }

private:
    Finding finding_of(const CallInFlight& call, u32 pid) const {
        Finding finding;
        finding.kind = FindingKind::no_progress;
        finding.title =
            fmt::format("a process sleeps in {}() for ever", system_call_name(call.number));
        finding.where.pid = pid;
        finding.where.source = run_.symbols.locate(call.pc, Privilege::User);
        finding.detail = fmt::format(
            "pid {}: no hart has anything to do and no timer is set, although what it waits for "
            "has come",
            pid);
        return finding;
    }

    const Watched& run_;
    CallsInFlight calls_;
};

}  // namespace

constinit const OracleKind lost_wakeup_oracle{
    .name = "lost wake-ups",
    .needs = {Feed::AuditTable},
    .runs = OracleKind::Runs::FromSnapshot,
    .why_off = [](const OracleSetup& setup) -> std::string_view {
        return setup.drive == Drive::ThreadAHart ? "a thread a hart" : "";
    },
    .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<LostWakeUps>(run);
    }};

}  // namespace stampede
