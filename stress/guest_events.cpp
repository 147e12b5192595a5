#include "stress/guest_events.h"

#include <algorithm>

#include "harts/core/csr_numbers.h"
#include "harts/observe/audit.h"
#include "stress/stable_title.h"

namespace stampede {
namespace {

constexpr unsigned frame_pointer = 8;      // x register
constexpr unsigned repeats_that_prove = 3; // exceptions in a row at the first instruction of their own handler

}  // namespace

void GuestEvents::on_done(const HartState&, u64 status) {
    u64 expected = not_done;
    if (!done_.compare_exchange_strong(expected, status, std::memory_order_acq_rel) && expected == 0) {
        done_.compare_exchange_strong(expected, status, std::memory_order_acq_rel);
    }
}

void GuestEvents::on_check_failed(const HartState& state, std::string_view text) {
    const std::string title = stable_title(text);
    GuestPlace where = place_of(state);
    const FutexGuard guard(lock_);
    const auto known = std::ranges::find_if(failed_checks_, [&](const FailedCheck& check) {
        return stable_title(check.text) == title;
    });
    if (known != failed_checks_.end()) {
        ++known->count;
    } else if (failed_checks_.size() < most_failed_checks) {
        failed_checks_.push_back({std::string(text), 1, std::move(where)});
    }
}

void GuestEvents::on_count(const HartState& state, u64 operations) {
    per_hart_[state.id.value].operations.fetch_add(operations, std::memory_order_relaxed);
}

void GuestEvents::on_audit_table(const HartState&, PhysAddr table) {
    audit_table_.store(table.value, std::memory_order_release);
    const std::optional<abi::AuditTable> loaded = load_audit_table(ram_, table);
    if (!loaded) {
        return;  // the audit will say so
    }
    auto view = AuditView::create(ram_, *loaded);
    if (view && frames_ != nullptr) {
        frames_->know(*view);
    }
    const FutexGuard guard(lock_);
    if (view && processes_owner_ == nullptr) {
        processes_owner_ = std::make_unique<ProcessLookup>(*view);
        processes_.store(processes_owner_.get(), std::memory_order_release);
    }
}

void GuestEvents::on_trap(const HartState& state, u64 cause, u64 tval, Privilege to) {
    PerHart& own = per_hart_[state.id.value];
    ++own.traps;
    if ((cause & csr::interrupt_bit) == 0) {
        watch_handler(own, state, {cause, tval, state.pc}, to);
    }
    if (trace_ != nullptr) {
        trace_->trap(state, cause, tval, pid_of(state.csr.satp));
    }
}

void GuestEvents::watch_handler(PerHart& own, const HartState& state, DeadHandler::Exception exception, Privilege to) {
    const u64 handler = (to == Privilege::Machine ? state.csr.mtvec : state.csr.stvec) & ~u64{3};
    if (exception.pc != handler) {
        own.repeats = 0;
        own.last = exception;
        return;
    }
    if (own.repeats++ == 0) {
        own.before_repeats = own.last.value_or(exception);
    }
    if (own.repeats != repeats_that_prove) {
        return;
    }
    GuestPlace where = place_of(state);
    {
        const FutexGuard guard(lock_);
        if (!dead_handler_) {
            dead_handler_ = {own.before_repeats, exception, std::move(where)};
        }
    }
    stop_();
}

void GuestEvents::on_trap_return(const HartState& state) {
    if (state.mode == Privilege::User && !user_mode_reached()) {
        user_mode_.store(1, std::memory_order_relaxed);
        if (frames_ != nullptr) {
            frames_->first_process_runs();
        }
    }
    if (trace_ != nullptr) {
        trace_->trap_return(state, pid_of(state.csr.satp));
    }
}

void GuestEvents::on_satp(const HartState& state, u64 satp) {
    if (trace_ != nullptr) {
        trace_->switched(state, pid_of(satp));
    }
}

u64 GuestEvents::operations() const {
    u64 sum = 0;
    for (const PerHart& hart : per_hart_) {
        sum += hart.operations.load(std::memory_order_relaxed);
    }
    return sum;
}

std::optional<PhysAddr> GuestEvents::audit_table() const {
    const u64 address = audit_table_.load(std::memory_order_acquire);
    return address != 0 ? std::optional(PhysAddr{address}) : std::nullopt;
}

std::vector<FailedCheck> GuestEvents::failed_checks() const {
    const FutexGuard guard(lock_);
    return failed_checks_;
}

std::optional<DeadHandler> GuestEvents::dead_handler() const {
    const FutexGuard guard(lock_);
    return dead_handler_;
}

std::optional<u64> GuestEvents::done_status() const {
    const u64 status = done_.load(std::memory_order_acquire);
    return status != not_done ? std::optional(status) : std::nullopt;
}

std::optional<u32> GuestEvents::pid_of(u64 satp) const {
    const ProcessLookup* processes = processes_.load(std::memory_order_acquire);
    return processes != nullptr ? processes->pid_of({satp}) : std::nullopt;
}

GuestPlace GuestEvents::place_of(const HartState& state) const {
    return {state.id.value, pid_of(state.csr.satp),
            walk_stack(ram_, {state.mode, {state.csr.satp}}, state.pc, state.x[frame_pointer]), state.mode};
}

}  // namespace stampede
