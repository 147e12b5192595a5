#include "harts/machine/hart_threads.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <limits>
#include <string>

#include "harts/core/machine_context.h"
#include "harts/engine/run.h"
#include "kernel/abi/guest_calls.h"

namespace stampede {
namespace {

// Figures measured with 8 harts on 2 cores.
constexpr u64 chunk = 20'000;  // instructions between two looks at clock and queue
constexpr auto slice = std::chrono::microseconds(1000);  // a turn with a permit while others wait
constexpr auto low_slice = slice / 16;  // of a hart without progress while normal ones wait
constexpr u32 spin_limit = 64;          // looks at one unchanged word

}  // namespace

HartThreads::HartThreads(std::vector<Hart*> harts, unsigned permits, Clock& clock, TimeMode time,
                         StopRequest& stop)
    : harts_(std::move(harts)),
      permits_(permits, static_cast<unsigned>(harts_.size())),
      clock_(clock),
      time_(time),
      stop_(stop),
      waiting_(harts_.size()) {}

HartThreads::~HartThreads() {
    exiting_.store(1, std::memory_order_release);
    round_.fetch_add(1, std::memory_order_acq_rel);
    futex_wake(round_, max_harts);
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void HartThreads::run(std::optional<std::chrono::nanoseconds> limit, WhenIdle when_idle) {
    when_idle_ = when_idle;
    running_.store(static_cast<u32>(harts_.size()), std::memory_order_release);
    if (threads_.empty()) {
        for (Hart* hart : harts_) {
            threads_.emplace_back([this, hart] { thread_main(*hart); });
        }
    }
    round_.fetch_add(1, std::memory_order_acq_rel);
    futex_wake(round_, max_harts);
    const auto end = limit ? std::optional(Time::now() + *limit) : std::nullopt;
    for (u32 left = running_.load(std::memory_order_acquire); left != 0;
         left = running_.load(std::memory_order_acquire)) {
        const auto patience =
            end ? std::optional<std::chrono::nanoseconds>(*end - Time::now()) : std::nullopt;
        if (patience && patience->count() <= 0) {
            stop_.set(MachineStop::Deadline, harts_);
            futex_wait(running_, left, std::chrono::milliseconds(10));
            continue;
        }
        futex_wait(running_, left, patience);
    }
}

void HartThreads::thread_main(Hart& hart) {
    ::pthread_setname_np(::pthread_self(), ("hart " + std::to_string(hart.own.id.value)).c_str());
    // acquire: what the main thread did to the machine before the round is seen.
    for (u32 seen = 0;;) {
        u32 round = round_.load(std::memory_order_acquire);
        while (round == seen) {
            futex_wait(round_, seen);
            round = round_.load(std::memory_order_acquire);
        }
        seen = round;
        if (exiting_.load(std::memory_order_acquire) != 0) {
            return;
        }
        run_hart(hart);
        // acq_rel: the main thread sees everything that this hart did.
        if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            futex_wake(running_, 1);
        }
    }
}

void HartThreads::run_hart(Hart& hart) {
    const HartId id = hart.own.id;
    auto standing = Permits::Standing::Normal;
    if (Observer* const observer = hart.machine.observer; observer != nullptr) {
        observer->on_start(hart);
    }
    if (hart.own.stop == StopReason::Wfi) {
        wait_for_interrupt(hart);  // it slept when the last round ended
    }
    permits_.acquire(id, standing);
    auto turn_began = Time::now();
    hart.own.progress = false;
    hart.own.spin.limit = spin_limit;
    const auto give_way = [&](Permits::Why why) {
        if (permits_.yield(id, standing, why)) {
            turn_began = Time::now();
            hart.own.progress = false;
        }
    };
    for (;;) {
        const StopReason reason = stampede::run(hart, chunk);
        if (reason == StopReason::Wfi) {
            permits_.release();
            wait_for_interrupt(hart);
            standing = Permits::Standing::Normal;
            permits_.acquire(id, standing);
            turn_began = Time::now();
            hart.own.progress = false;
            continue;
        }
        if (reason == StopReason::Event) {
            const bool quiescent = hart.own.event == static_cast<u32>(abi::GuestCall::quiescent);
            stop_.set(quiescent ? MachineStop::Quiescent : MachineStop::SnapshotReady, harts_);
            break;
        }
        if (reason == StopReason::Alarm) {
            // A request may reach its last harts after the run that it ended, and must not park
            // them in the next one. seq_cst: StopRequest::set() writes the reason first, so a new
            // request is either seen here or stands in the word afterwards.
            hart.shared.stop_requested.store(0, std::memory_order_seq_cst);
            if (stop_.is_set()) {
                break;
            }
            continue;
        }
        if (hart.own.progress) {
            standing = Permits::Standing::Normal;
        }
        if (!permits_.contended()) {
            if (reason == StopReason::Spin) {
                ::sched_yield();  // whom it waits for may want this core, of this machine or not
            }
            continue;
        }
        if (reason == StopReason::Spin || spins_in_place(hart)) {
            give_way(Permits::Why::Spinning);
            continue;
        }
        const bool low = standing == Permits::Standing::Low && permits_.normal_waiting();
        if (Time::now() - turn_began >= (low ? low_slice : slice)) {
            standing = hart.own.progress ? Permits::Standing::Normal : Permits::Standing::Low;
            give_way(Permits::Why::SliceOver);
        }
    }
    hart.own.spin.limit = 0;
    permits_.release();
}

std::optional<std::chrono::nanoseconds> HartThreads::sleep_time(Hart& hart, u64 deadline) {
    if (deadline == std::numeric_limits<u64>::max()) {
        return std::nullopt;
    }
    const u64 now = hart.machine.clint.time();
    constexpr u64 longest = u64{3600} * time_frequency;  // an hour; then it looks again
    const u64 ticks = deadline > now ? std::min(deadline - now, longest) : 0;
    return std::chrono::nanoseconds(ticks * (1'000'000'000 / time_frequency));
}

void HartThreads::wait_for_interrupt(Hart& hart) {
    Waiting& waiting = waiting_[hart.own.id.value];
    for (;;) {
        const u32 wake = hart.shared.wake.load(std::memory_order_acquire);
        hart.shared.sleeping.store(1, std::memory_order_seq_cst);  // see Hart::wake_up()
        if (hart.shared.stop_requested.load(std::memory_order_seq_cst) != 0 || hart.wakeable()) {
            break;
        }
        const u64 deadline =
            hart.next_deadline();  // each time: another hart may have written this one's mtimecmp
        waiting.deadline.store(
            deadline, std::memory_order_relaxed);  // relaxed, both: published by the store below
        waiting.wake.store(wake, std::memory_order_relaxed);
        waiting.waiting.store(1, std::memory_order_seq_cst);
        if (time_ == TimeMode::Warp) {
            warp_if_all_wait();
        }
        const auto patience = sleep_time(hart, deadline);
        if (!patience || patience->count() > 0) {
            futex_wait(hart.shared.wake, wake, patience);
        }
    }
    // relaxed: a needless wake-up is harmless
    hart.shared.sleeping.store(0, std::memory_order_relaxed);
    waiting.waiting.store(0, std::memory_order_seq_cst);
}

// When every hart waits, nothing happens before the next deadline: time jumps there.
void HartThreads::warp_if_all_wait() {
    const FutexGuard guard(warp_lock_);
    u64 deadline = std::numeric_limits<u64>::max();
    for (std::size_t n = 0; n < harts_.size(); ++n) {
        if (waiting_[n].waiting.load(std::memory_order_seq_cst) == 0 ||
            harts_[n]->shared.lines.load(std::memory_order_acquire) != 0) {
            return;
        }
        // It has been woken and not looked yet: its deadline may be another. acquire: what whoever
        // woke it did is seen.
        if (harts_[n]->shared.wake.load(std::memory_order_acquire) !=
            waiting_[n].wake.load(std::memory_order_relaxed)) {
            return;
        }
        deadline = std::min(deadline, waiting_[n].deadline.load(std::memory_order_relaxed));
    }
    if (deadline == std::numeric_limits<u64>::max()) {
        if (when_idle_ == WhenIdle::Stop) {
            stop_.set(MachineStop::Idle, harts_);
        }
        return;
    }
    if (deadline <= harts_.front()->machine.clint.time()) {
        return;
    }
    clock_.jump_to(deadline);
    for (Hart* hart : harts_) {
        hart->wake_up();
    }
}

}  // namespace stampede
