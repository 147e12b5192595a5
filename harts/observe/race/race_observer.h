// Race detection on guest memory with ThreadSanitizer's runtime (LLVM 19), linked into a program
// that is itself not instrumented. A hart is one of the runtime's threads: the host thread it runs
// on, or, where one host thread drives all harts, a fiber whose switches order nothing.
//
// What orders a guest's accesses, after the RISC-V unprivileged specification, chapter "RVWMO":
//   - AMO, LR and SC with aq or rl; an SC acquires too when its LR did
//   - `fence *w,*w`: a release by every later atomic store, of what came before the fence; `fence
//     *r,*r`: an acquire of what every earlier atomic load saw
//   - a plain store right behind such a fence, and a plain load right before one, count as atomic
//     (ticket locks)
//   - a location that an atomic instruction ever touched counts as atomic, and one that a loop ever
//     waited for (waiting_loop.h); so does the access behind the guest call relaxed_next
//   - an interrupt that another hart sent through the CLINT: a release if a fence stands before the
//     store there, acquired by the first fence behind the trap
// A trap between two instructions of these ends nothing: the program goes on behind it, on whatever
// hart. Nothing else orders: not the host's locks, permits or turns, not the devices, not time.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "harts/base/drive.h"
#include "harts/core/observer.h"
#include "harts/observe/race/change_log.h"
#include "harts/observe/race/contexts.h"
#include "harts/observe/race/fence_pattern.h"
#include "harts/observe/race/guest_stack.h"
#include "harts/observe/race/lock_order.h"
#include "harts/observe/race/lock_sets.h"
#include "harts/observe/race/race_reports.h"

namespace stampede {

class MachineContext;
class Ram;

class RaceObserver final : public ObserverOf<RaceObserver> {
public:
    // `harts` as in the machine, none of which has run. Where one thread drives them, switch_to()
    // comes before each turn, and leave() behind the last.
    RaceObserver(const Ram& ram, const std::vector<Hart*>& harts, Drive drive);
    ~RaceObserver() override;

    // Before any hart runs: locks that these functions take and give back are locks, whatever their
    // words do.
    void set_lock_functions(const LockFunctions& functions);

    void switch_to(HartId hart);
    void leave();

    // Before any hart runs, with an engine for that (race_engine.h): there will be a save().
    void expect_snapshot();
    // All that is known now is what restore() brings back, any number of times. Of what harts did
    // before either nothing races with what they do after: memory comes back too. Harts parked;
    // after leave(). With Drive::ThreadAHart only on x86-64, see tsan::forget().
    void save();
    void restore();

    [[nodiscard]] const RaceReports& reports() const { return *reports_; }
    // Whether an atomic instruction has been seen to use the word since: its plain accesses count
    // as relaxed ones then, and so do those before. Harts parked.
    [[nodiscard]] bool is_taken_back(const Race& race) const {
        return is_atomic(race.at) && !(race.sides[0].atomic && race.sides[1].atomic);
    }
    [[nodiscard]] const LockWords& locks() const { return *words_; }
    [[nodiscard]] const LockOrder& lock_order() const { return *order_; }
    // What a hart holds now. Parked.
    [[nodiscard]] const LockSet& held(HartId hart) const;
    // Frames of the stack that it stands on; with Drive::ThreadAHart it goes back when the hart
    // next starts. Parked.
    [[nodiscard]] unsigned stack_depth(HartId hart) const;

    void on_start(Hart& hart) override;
    void on_load(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void on_store(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void before_atomic(Hart& hart, const AtomicAccess& access) override;
    void after_atomic(Hart& hart, const AtomicAccess& access, u64 old, bool stored) override;
    void on_fence(Hart& hart, i32 bits) override;
    void on_relaxed_next(Hart& hart) override;
    void on_device_store(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void on_call(Hart& hart, u64 pc, u64 back, u64 target) override;
    void on_return(Hart& hart, u64 to) override;
    void on_trap(Hart& hart, u64 cause, u64 tval, Privilege handler) override;
    void on_trap_return(Hart& hart, u64 to) override;
    void on_satp(Hart& hart) override;

    // For the engine: a call, return or hint of `hart`.
    static void fast_call(Hart& hart, u64 pc, u64 back, u64 target);
    static void fast_return(Hart& hart, u64 to);
    static void fast_relaxed_next(Hart& hart);

    struct PerHart;

private:
    [[nodiscard]] static PerHart& of(const Hart& hart);
    void attach(Hart& hart, PerHart& own);
    void plain(Hart& hart, PerHart& own, PhysAddr at, unsigned size, unsigned long type);
    void release(PerHart& own, const void* at, bool explicitly);
    void acquire_later(PerHart& own, const void* at);
    static LoadKind kind_of_load(const Hart& hart, PerHart& own, PhysAddr at);
    void wait_for(PerHart& own, PhysAddr at, unsigned size);
    void set_fence_clock(PerHart& own);
    void go_on(Hart& hart, PerHart& own, u64 to, const Interrupted& interrupted);
    void mark_atomic(PhysAddr at, unsigned size);
    void order_all();
    void forget_accesses();
    [[nodiscard]] bool is_atomic(PhysAddr at) const;
    void context_changed(Hart& hart, PerHart& own);
    static void lock_function_called(Hart& hart, PerHart& own, u64 target);
    void lock_taken(Hart& hart, PerHart& own, u64 pc);
    [[nodiscard]] static u64 value_stored(const AtomicAccess& access, u64 old);

    const Ram& ram_;
    const std::vector<Hart*> all_;
    const Drive drive_;
    void* main_ = nullptr;  // the driving thread's own fiber
    ParkedStacks parked_;
    std::unique_ptr<LockWords> words_;
    std::unique_ptr<LockOrder> order_;
    std::vector<std::unique_ptr<PerHart>> harts_;
    std::unique_ptr<RaceReports> reports_;
    u8* atomic_;  // a bit by 4-byte word of RAM
    u64 atomic_size_;
    std::vector<u8> saved_atomic_;
    ChangeLog changed_atomic_;
    std::vector<u8> recorded_;  // RaceWatch::recorded
    u64 moment_ = 0;            // its address stands for save() and restore()
    std::array<std::atomic<u32>, max_harts>
        interrupts_{};  // its address stands for the hart's software interrupt
};

}  // namespace stampede
