// What running harts tell the harness: guest calls, and traps as far as a harness has to know them.
// Everything comes on hart threads, several at once, so nothing here takes a pthread lock.
#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harts/base/futex.h"
#include "harts/base/restorable.h"
#include "harts/core/hart.h"
#include "harts/core/hart_events.h"
#include "harts/observe/audit/view.h"
#include "harts/observe/frame_ledger.h"
#include "harts/observe/process_lookup.h"
#include "harts/observe/stack_walk.h"
#include "harts/oracles/guest/trace.h"

namespace stampede {

// Where a hart was.
struct GuestPlace {
    u32 hart = 0;
    std::optional<u32> pid;
    std::vector<u64> chain;  // pc, then return addresses
    Privilege mode = Privilege::Machine;
    std::string program{};  // that the process ran; empty: not known
    // Whose stack it is: "hart 3".
    [[nodiscard]] std::string role() const { return "hart " + std::to_string(hart); }
};

struct FailedCheck {
    std::string text;
    u64 count = 1;     // of checks with this title
    GuestPlace where;  // of the first one
};

// An exception whose handler cannot run: its first instruction raises one itself, again and again.
struct DeadHandler {
    struct Exception {
        u64 cause = 0, tval = 0, pc = 0;
    };
    Exception first;    // what went wrong
    Exception handler;  // … and why nobody could deal with it
    GuestPlace where;
};

// A program that raises one exception at one instruction again and again, with nothing but the
// kernel in between.
struct EndlessFault {
    DeadHandler::Exception exception;
    u64 times = 0;
    GuestPlace where;
};

// An exception of a program, which its kernel may have borne.
struct ProgramFault {
    u32 hart = 0;
    u64 pc = 0;
    Runner who;
};

class GuestEvents final : public GuestCallSink, public HartEvents, public Restorable {
public:
    static constexpr std::size_t most_failed_checks = 256;

    // `stop` ends the run soon; called on a hart thread when a handler is dead. `trace` may be
    // null.
    GuestEvents(const Ram& ram, std::function<void()> stop, Trace* trace)
        : ram_(ram), stop_(std::move(stop)), trace_(trace) {}
    // It learns when there are processes, and what the kernel announces. Before the machine runs.
    void tell(FrameLedger& frames) { frames_ = &frames; }
    // The processes of a kernel that announces none. Before the machine runs.
    void know(const AuditView& processes) EXCLUDES(lock_);
    // What `fetch` delivers from now on; it must stay there. Harts parked.
    void hand_out(std::string_view image) { image_ = image; }

    void on_done(const HartState& state, u64 status) override;
    void on_check_failed(const HartState& state, std::string_view text) override EXCLUDES(lock_);
    void on_count(const HartState& state, u64 operations) override;
    void on_audit_table(const HartState& state, PhysAddr table) override EXCLUDES(lock_);
    std::string_view on_fetch(const HartState&, u32) override { return image_; }
    void on_trap(const HartState& state, u64 cause, u64 tval, Privilege to) override
        EXCLUDES(lock_);
    void on_trap_return(const HartState& state) override;
    void on_satp(const HartState& state, u64 satp) override;

    void save() override EXCLUDES(lock_);
    void restore() override EXCLUDES(lock_);

    // --- any thread ------------------------------------------------------------------------------
    [[nodiscard]] u64 operations() const;
    // Where it was announced, if it was; what stands there now, if that lies in RAM; and that, if
    // it is well-formed.
    [[nodiscard]] std::optional<PhysAddr> audit_table() const;
    [[nodiscard]] std::optional<abi::AuditTable> loaded_audit_table() const;
    [[nodiscard]] std::optional<AuditView> audit_view() const;
    // Whether there was any call of those that come here.
    [[nodiscard]] bool called() const EXCLUDES(lock_);
    [[nodiscard]] std::vector<FailedCheck> failed_checks() const EXCLUDES(lock_);
    [[nodiscard]] std::optional<DeadHandler> dead_handler() const EXCLUDES(lock_);
    [[nodiscard]] std::optional<EndlessFault> endless_fault() const EXCLUDES(lock_);
    // the first that is not 0, else 0; none: never said
    [[nodiscard]] std::optional<u64> done_status() const;
    [[nodiscard]] bool user_mode_reached() const {
        return user_mode_.load(std::memory_order_relaxed) != 0;
    }

    // Whose page table that is now, if anybody's.
    [[nodiscard]] std::optional<Runner> runner_of(u64 satp) const;
    [[nodiscard]] std::optional<u32> pid_of(u64 satp) const;

    // --- harts parked ----------------------------------------------------------------------------
    [[nodiscard]] u64 traps(HartId hart) const { return per_hart_[hart.value].traps; }
    [[nodiscard]] u64 system_calls(HartId hart) const { return per_hart_[hart.value].system_calls; }
    [[nodiscard]] GuestPlace place_of(const HartState& state) const;
    // The last exception of that process's program at that pc, if it was one of the last few.
    [[nodiscard]] std::optional<ProgramFault> fault_of(u32 pid, u64 pc) const;

private:
    struct Seen {
        u64 traps = 0;
        u64 system_calls = 0;
        std::optional<DeadHandler::Exception> last;  // that was not its handler's own
        DeadHandler::Exception before_repeats;
        unsigned repeats = 0;
        DeadHandler::Exception user_fault;  // the last one, and
        u64 user_satp = 0,
            user_returned = 0;  // of whom; instructions executed at the last return to user mode
        u64 user_repeats = 0;
        // The last ones of programs whose names are known, for what the kernel says of them later.
        static constexpr std::size_t faults_kept = 8;
        std::array<ProgramFault, faults_kept> faults;
        u64 fault_count = 0;
    };
    struct alignas(64) PerHart : Seen {  // the hart's own, but:
        std::atomic<u64> operations{
            0};  // by the hart, read by the progress line; relaxed: a number of its own
    };
    void watch_program(PerHart& own, const HartState& state, DeadHandler::Exception exception)
        EXCLUDES(lock_);
    void remember_fault(PerHart& own, const HartState& state) const;
    void watch_handler(PerHart& own, const HartState& state, DeadHandler::Exception exception,
                       Privilege to);

    const Ram& ram_;
    const std::function<void()> stop_;
    Trace* const trace_;
    FrameLedger* frames_ = nullptr;
    std::string_view image_;
    std::array<PerHart, max_harts> per_hart_;
    std::atomic<u32> user_mode_{
        0};  // set by any hart that returns to a program; relaxed: only a hint
    std::atomic<u64> audit_table_{0};  // by the hart that announces it
    std::atomic<u64> done_{not_done};  // by harts
    static constexpr u64 not_done = ~u64{0};
    // release when set, acquire when read: the object behind it is complete. Never changed again.
    std::atomic<const ProcessLookup*> processes_{nullptr};

    mutable FutexLock lock_;
    std::unique_ptr<const ProcessLookup> processes_owner_ GUARDED_BY(lock_);
    std::vector<FailedCheck> failed_checks_ GUARDED_BY(lock_);
    std::optional<DeadHandler> dead_handler_ GUARDED_BY(lock_);
    std::optional<EndlessFault> endless_fault_ GUARDED_BY(lock_);
    struct Saved {
        std::array<Seen, max_harts> seen;
        std::array<u64, max_harts> operations;
        u64 done;
        std::vector<FailedCheck> failed_checks;
        std::optional<DeadHandler> dead_handler;
        std::optional<EndlessFault> endless_fault;
    };
    std::unique_ptr<Saved> saved_;  // harts parked
};

}  // namespace stampede
