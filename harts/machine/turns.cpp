#include "harts/machine/turns.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <span>
#include <utility>

#include "harts/core/machine_context.h"
#include "harts/engine/run.h"
#include "kernel/abi/guest_calls.h"

namespace stampede {
namespace {

constexpr u64 never = std::numeric_limits<u64>::max();
constexpr u32 spin_limit = 64;  // looks at one unchanged word

}  // namespace

void Turns::count_anew() {
    now_.executed = 0;
    now_.waiting = 0;
    for (Hart* hart : harts_) {
        now_.executed += hart->own.executed;
        if (hart->own.stop == StopReason::Wfi) {
            fall_asleep(*hart);
        }
    }
}

void Turns::fall_asleep(Hart& hart) {
    const u32 id = hart.own.id.value;
    now_.waiting |= u64{1} << id;
    // relaxed: one thread
    now_.asleep[id] = {hart.shared.wake.load(std::memory_order_relaxed), hart.next_deadline()};
}

u64 Turns::next_deadline() const {
    u64 deadline = never;
    for (const Hart* hart : harts_) {
        deadline = std::min(deadline, hart->next_deadline());
    }
    return deadline;
}

// When every hart waits, nothing happens before the next deadline.
void Turns::jump_if_all_wait() {
    if (std::popcount(now_.waiting) != static_cast<int>(harts_.size()) ||
        std::ranges::any_of(harts_, [](Hart* hart) { return hart->wakeable(); })) {
        return;
    }
    if (const u64 deadline = next_deadline(); deadline != never && time_ != TimeMode::Host) {
        // mtime is writable
        const u64 offset = harts_.front()->machine.clint.time() - clock_->time();
        clock_->jump_to(deadline - offset);
    }
}

void Turns::begin(Hart& hart) {
    current_began_ = hart.own.executed_now();
    current_ = &hart;
}

// Gives what has been executed since begin().
u64 Turns::end() {
    const u64 before = now_.executed;
    now_.executed = executed();
    current_ = nullptr;
    return now_.executed - before;
}

StopReason Turns::run_hart(Hart& hart, u64 budget) {
    StopReason reason = stampede::run(hart, budget);
    if (reason == StopReason::Alarm && stop_.is_set() && stop_.reason() == MachineStop::Finished) {
        reason = StopReason::Finished;
    }
    if (reason == StopReason::Wfi) {
        fall_asleep(hart);
    }
    return reason;
}

StopReason Turns::run(HartId id, u64 budget) {
    Hart& hart = *harts_[id.value];
    if ((now_.waiting >> id.value & 1) != 0) {
        jump_if_all_wait();
        if (!hart.wakeable()) {
            return StopReason::Wfi;
        }
        now_.waiting &= ~(u64{1} << id.value);
    }
    begin(hart);
    const StopReason reason = run_hart(hart, budget);
    end();
    return reason;
}

// Spin: the hart comes back to where it was, registers and all, and has changed nothing on the way.
// Instruction by instruction, each like any other: interrupts, limits and clocks are those of one
// long turn.
StopReason Turns::look_for_circles(Hart& hart) {
    constexpr unsigned longest = 32;  // longer loops do more than wait
    const HartState& own = hart.own;
    const u64 pc = own.pc, effects = own.effects;
    std::array<u64, 32> registers;
    std::copy_n(own.x, registers.size(), registers.begin());
    for (unsigned n = 0; n < longest; ++n) {
        if (const StopReason reason = run_hart(hart, 1); reason != StopReason::Budget) {
            return reason;
        }
        if (own.effects != effects) {
            break;
        }
        if (own.pc == pc && std::ranges::equal(registers, std::span(own.x, registers.size()))) {
            return StopReason::Spin;
        }
    }
    return StopReason::Budget;
}

// Harts that could execute an instruction now.
u64 Turns::runnable() {
    const u64 all = harts_.size() == max_harts ? ~u64{0} : (u64{1} << harts_.size()) - 1;
    if (now_.waiting == 0) {
        return all;
    }
    const u64 now = harts_.front()->machine.clint.time();
    for (u64 left = now_.waiting; left != 0; left &= left - 1) {
        const auto id = static_cast<u32>(std::countr_zero(left));
        Hart& hart = *harts_[id];
        Asleep& asleep = now_.asleep[id];
        const u32 wake = hart.shared.wake.load(std::memory_order_relaxed);
        if (wake == asleep.wake && now < asleep.deadline) {
            continue;
        }
        if (hart.wakeable()) {
            now_.waiting &= ~(u64{1} << id);
        } else {
            fall_asleep(hart);
        }
    }
    return all & ~now_.waiting;
}

void Turns::note(HartId hart, u64 instructions) {
    if (instructions == 0) {
        return;
    }
    now_.count += hart.value != now_.last ? 1 : 0;
    now_.last = hart.value;
    if (!keep_log_) {
        return;
    }
    if (!log_.empty() && log_.back().hart == hart.value) {
        log_.back().instructions += instructions;
    } else {
        log_.push_back({hart.value, instructions});
    }
}

std::vector<HartRun> Turns::take_log() { return std::exchange(log_, {}); }

MachineStop Turns::run(Schedule& schedule, EventCounter* counter, TurnListener* listener,
                       u64 instructions) {
    const u64 until = instructions < never - now_.executed ? now_.executed + instructions : never;
    while (!stop_.is_set()) {
        if (now_.executed >= until) {
            return MachineStop::Deadline;
        }
        u64 able = runnable();
        if (able == 0) {
            jump_if_all_wait();
            able = runnable();
        }
        if (able == 0) {
            return MachineStop::Idle;
        }
        const Turn turn = schedule.next(able);
        Hart& hart = *harts_[turn.hart.value];
        if (listener != nullptr) {
            listener->on_turn(turn.hart);
        }
        if (counter != nullptr) {
            if (turn.forget_touched) {
                counter->lines().forget();
            }
            counter->begin(hart, turn.events);
        }
        hart.own.spin.limit = schedule.looks_for_spins() ? spin_limit : 0;
        TurnResult result{turn.hart};
        begin(hart);
        result.reason = run_hart(hart, turn.instructions);
        if (result.reason == StopReason::Budget && turn.events != Turn::no_limit) {
            result.reason = look_for_circles(hart);
        }
        hart.own.spin.limit = 0;
        result.instructions = end();
        result.events = counter != nullptr ? counter->done() : 0;
        schedule.ran(result);
        note(turn.hart, result.instructions);
        if (result.reason == StopReason::Event) {
            const bool quiescent = hart.own.event == static_cast<u32>(abi::GuestCall::quiescent);
            stop_.set(quiescent ? MachineStop::Quiescent : MachineStop::SnapshotReady, harts_);
        }
    }
    const MachineStop why = stop_.reason();
    stop_.clear(harts_);
    return why;
}

}  // namespace stampede
