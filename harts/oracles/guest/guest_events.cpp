#include "harts/oracles/guest/guest_events.h"

#include <algorithm>

#include "harts/core/csr_numbers.h"
#include "harts/observe/audit/audit.h"
#include "harts/oracles/findings/stable_title.h"

namespace stampede {
namespace {

constexpr unsigned return_address = 1, frame_pointer = 8;  // x registers
constexpr u64 user_ecall = 8;                              // scause: environment call from U
constexpr unsigned repeats_that_prove =
    3;  // exceptions in a row at the first instruction of their own handler
constexpr u64 faults_that_prove =
    2'000;  // the same in a row, of one program that executes nothing in between

// A handler in assembly calls the rest with the trapped function's fp, so the chain goes from it to
// that function's caller. What trapped in the kernel stands in sepc, as if the instruction had
// called (return addresses are looked up one byte back).
void add_trapped(std::vector<u64>& chain, const HartState& state) {
    constexpr u64 longest_vector = 512;  // bytes of code that saves registers
    const u64 vector = state.csr.stvec & ~u64{3};
    if (state.mode != Privilege::Supervisor || (state.csr.mstatus & csr::status_spp) == 0) {
        return;
    }
    const auto in_vector = std::find_if(std::next(chain.begin()), chain.end(),
                                        [&](u64 pc) { return pc - vector < longest_vector; });
    if (in_vector != chain.end()) {
        chain.insert(std::next(in_vector), state.csr.sepc + 1);
    }
}

}  // namespace

void GuestEvents::on_done(const HartState&, u64 status) {
    u64 expected = not_done;
    if (!done_.compare_exchange_strong(expected, status, std::memory_order_acq_rel) &&
        expected == 0) {
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
    const std::optional<AuditView> view = audit_view();
    if (!view) {
        return;  // the audit will say so
    }
    if (frames_ != nullptr) {
        frames_->know(*view);
    }
    know(*view);
}

void GuestEvents::know(const AuditView& processes) {
    const FutexGuard guard(lock_);
    if (processes_owner_ == nullptr) {
        processes_owner_ = std::make_unique<ProcessLookup>(processes);
        processes_.store(processes_owner_.get(), std::memory_order_release);
    }
}

void GuestEvents::on_trap(const HartState& state, u64 cause, u64 tval, Privilege to) {
    PerHart& own = per_hart_[state.id.value];
    ++own.traps;
    own.system_calls += cause == user_ecall ? 1 : 0;
    if ((cause & csr::interrupt_bit) == 0) {
        watch_handler(own, state, {cause, tval, state.pc}, to);
        if (state.mode == Privilege::User) {
            watch_program(own, state, {cause, tval, state.pc});
        }
        if (state.mode == Privilege::User && cause != user_ecall) {
            remember_fault(own, state);
        }
    }
    if (trace_ != nullptr) {
        trace_->trap(state, cause, tval, pid_of(state.csr.satp));
    }
}

void GuestEvents::remember_fault(PerHart& own, const HartState& state) const {
    if (std::optional<Runner> runner = runner_of(state.csr.satp)) {
        own.faults[own.fault_count++ % Seen::faults_kept] = {state.id.value, state.pc,
                                                             std::move(*runner)};
    }
}

void GuestEvents::watch_handler(PerHart& own, const HartState& state,
                                DeadHandler::Exception exception, Privilege to) {
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

// Interrupts, and other programs that only run on other harts, do not matter; any other exception
// of a program on this hart does.
void GuestEvents::watch_program(PerHart& own, const HartState& state,
                                DeadHandler::Exception exception) {
    const DeadHandler::Exception& last = own.user_fault;
    const bool same = exception.cause == last.cause && exception.tval == last.tval &&
                      exception.pc == last.pc && state.csr.satp == own.user_satp &&
                      state.executed_now() - own.user_returned <= 1;
    own.user_repeats = same ? own.user_repeats + 1 : 0;
    own.user_fault = exception;
    own.user_satp = state.csr.satp;
    if (own.user_repeats != faults_that_prove) {
        return;
    }
    GuestPlace where = place_of(state);
    {
        const FutexGuard guard(lock_);
        if (!endless_fault_) {
            endless_fault_ = {exception, own.user_repeats, std::move(where)};
        }
    }
    stop_();
}

void GuestEvents::on_trap_return(const HartState& state) {
    if (state.mode == Privilege::User) {
        per_hart_[state.id.value].user_returned = state.executed_now();
    }
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

void GuestEvents::save() {
    const FutexGuard guard(lock_);
    saved_ = std::make_unique<Saved>();
    for (std::size_t n = 0; n < max_harts; ++n) {
        saved_->seen[n] = per_hart_[n];
        saved_->operations[n] = per_hart_[n].operations.load(std::memory_order_relaxed);
    }
    saved_->done = done_.load(std::memory_order_relaxed);
    saved_->failed_checks = failed_checks_;
    saved_->dead_handler = dead_handler_;
    saved_->endless_fault = endless_fault_;
}

// What the kernel announced, and that there are processes, stays known: the same things come again.
void GuestEvents::restore() {
    const FutexGuard guard(lock_);
    for (std::size_t n = 0; n < max_harts; ++n) {
        if (per_hart_[n].traps != saved_->seen[n].traps) {
            static_cast<Seen&>(per_hart_[n]) = saved_->seen[n];
        }
        per_hart_[n].operations.store(saved_->operations[n], std::memory_order_relaxed);
        per_hart_[n].user_returned = saved_->seen[n].user_returned;
    }
    done_.store(saved_->done, std::memory_order_relaxed);
    failed_checks_ = saved_->failed_checks;
    dead_handler_ = saved_->dead_handler;
    endless_fault_ = saved_->endless_fault;
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

std::optional<abi::AuditTable> GuestEvents::loaded_audit_table() const {
    const std::optional<PhysAddr> address = audit_table();
    return address ? load_audit_table(ram_, *address) : std::nullopt;
}

std::optional<AuditView> GuestEvents::audit_view() const {
    const std::optional<abi::AuditTable> table = loaded_audit_table();
    auto view = table ? AuditView::create(ram_, *table) : std::unexpected(std::string());
    return view ? std::optional(std::move(*view)) : std::nullopt;
}

bool GuestEvents::called() const {
    return audit_table() || done_status() || operations() != 0 || !failed_checks().empty();
}

std::vector<FailedCheck> GuestEvents::failed_checks() const {
    const FutexGuard guard(lock_);
    return failed_checks_;
}

std::optional<DeadHandler> GuestEvents::dead_handler() const {
    const FutexGuard guard(lock_);
    return dead_handler_;
}

std::optional<EndlessFault> GuestEvents::endless_fault() const {
    const FutexGuard guard(lock_);
    return endless_fault_;
}

std::optional<u64> GuestEvents::done_status() const {
    const u64 status = done_.load(std::memory_order_acquire);
    return status != not_done ? std::optional(status) : std::nullopt;
}

std::optional<Runner> GuestEvents::runner_of(u64 satp) const {
    const ProcessLookup* processes = processes_.load(std::memory_order_acquire);
    return processes != nullptr ? processes->runner_of({satp}) : std::nullopt;
}

std::optional<u32> GuestEvents::pid_of(u64 satp) const {
    const ProcessLookup* processes = processes_.load(std::memory_order_acquire);
    return processes != nullptr ? processes->pid_of({satp}) : std::nullopt;
}

std::optional<ProgramFault> GuestEvents::fault_of(u32 pid, u64 pc) const {
    for (const PerHart& hart : per_hart_) {
        for (const ProgramFault& fault : hart.faults) {
            if (fault.who.pid == pid && fault.pc == pc) {
                return fault;
            }
        }
    }
    return std::nullopt;
}

GuestPlace GuestEvents::place_of(const HartState& state) const {
    std::vector<u64> chain = walk_stack_of_leaf(ram_, {state.mode, {state.csr.satp}}, state.pc,
                                                state.x[frame_pointer], state.x[return_address]);
    add_trapped(chain, state);
    std::optional<Runner> runner = runner_of(state.csr.satp);
    GuestPlace place{state.id.value, std::nullopt, std::move(chain), state.mode};
    if (runner) {
        place.pid = runner->pid;
        place.program = std::move(runner->program);
    }
    return place;
}

}  // namespace stampede
