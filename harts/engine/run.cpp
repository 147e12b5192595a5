#include "harts/engine/run.h"

#include <algorithm>

#include "harts/access/code_coherence.h"
#include "harts/access/revoke.h"
#include "harts/access/stale_entries.h"
#include "harts/access/trap.h"
#include "harts/core/machine_context.h"
#include "harts/engine/engine.h"

namespace stampede {
namespace {

// At a safe point: between runs, nothing half done.
void look_around(Hart& hart) {
    // seq_cst exchange first: an alarm raised from here on is not lost.
    if (hart.shared.safe_point.alarm.exchange(0, std::memory_order_seq_cst) != 0) {
        drop_stale_code(hart);
    }
    hart.machine.revocation.acknowledge(hart.shared.safe_point, [&] { sweep_write_tags(hart); });
    check_translations_now_and_then(hart);
}

// Runs until `budget` is spent or something stops; returns what was executed.
u64 run_chunk(Hart& hart, u64 budget) {
    HartState& own = hart.own;
    own.chunk = own.budget = static_cast<i64>(budget);
    dispatch(hart);
    const u64 done = static_cast<u64>(own.chunk - own.budget);
    own.executed += done;
    own.chunk = own.budget = 0;
    // relaxed: a figure for progress.
    hart.shared.instructions.store(own.retired_now(), std::memory_order_relaxed);
    return done;
}

// To the hart's next timer, if one is near. Right behind an instruction, never before one: what
// stops the hart before it has begun must find nothing changed.
void run_clock_ahead(Hart& hart) {
    constexpr u64 near = time_frequency / 10;  // a tenth of a second
    const u64 now = hart.machine.clint.time();
    if (const u64 deadline = hart.next_deadline(now); deadline - now <= near) {
        hart.machine.environment.run_ahead(hart.machine.environment.time() + (deadline - now));
    }
}

}  // namespace

bool spins_in_place(Hart& hart) {
    HartState& own = hart.own;
    constexpr unsigned most = 32;  // longer loops do more than wait
    hart.machine.revocation.enter(hart.shared.safe_point, [&] { sweep_write_tags(hart); });
    look_around(hart);
    const HartState before = own;
    own.stopping = own.attention = false;
    own.chunk = own.budget = most;
    bool same = false;
    // The alarm counts here as at a run's end: without it, code that another hart has rewritten
    // would run once more.
    while (!same && own.budget > 0 &&
           hart.shared.safe_point.alarm.load(std::memory_order_relaxed) == 0) {
        const Slot* slot = enter(hart);
        if (slot == nullptr ||
            isa::line_of(own.page->op[slot - own.slots]).flow == isa::Flow::System) {
            break;
        }
        step(hart, *slot);
        --own.budget;
        if (own.effects != before.effects || own.attention) {
            break;
        }
        same = own.pc == before.pc && std::equal(own.x, own.x + 32, before.x);
    }
    own.executed += static_cast<u64>(own.chunk - own.budget);
    own.chunk = own.budget = 0;
    own.stopping = false;
    own.reservation.release_line();
    hart.machine.revocation.leave(hart.shared.safe_point);
    return same;
}

StopReason run(Hart& hart, u64 budget) {
    HartState& own = hart.own;
    hart.machine.revocation.enter(hart.shared.safe_point, [&] { sweep_write_tags(hart); });
    own.stop = StopReason::Budget;
    own.stopping = false;
    if (own.mode != Privilege::User) {
        hart.enter_kernel();  // it may have slept
    }
    while (!own.stopping) {
        look_around(hart);
        // acquire: what the harness did before it asked is seen.
        if (hart.shared.stop_requested.load(std::memory_order_acquire) != 0) {
            own.stop = StopReason::Alarm;
            break;
        }
        if (budget == 0) {
            break;
        }
        const u64 now = hart.machine.clint.time();
        hart.pending_interrupts(now);
        take_interrupt(hart);
        own.attention = false;
        if (own.stopping) {
            break;  // an observer of the interrupt wants it
        }
        u64 chunk = std::min(budget, hart.machine.chunk);
        // Deadlines that have passed are lines already; they wait to be enabled, not for time. A
        // device's is for whoever runs, enabled or not: what becomes of it shows in registers.
        const u64 deadline = std::min(hart.next_deadline(now), hart.machine.device_deadline());
        if (const u64 until = hart.machine.instructions_until(deadline); until < chunk) {
            chunk = std::max<u64>(until, 1);
        }
        if (own.deaf_until > own.executed) [[unlikely]] {
            chunk = std::min(chunk, own.deaf_until - own.executed);
        }
        const u64 ahead_at = hart.machine.environment.next_run_ahead(own.id, own.executed);
        budget -= run_chunk(hart, std::min(chunk, ahead_at - own.executed));
        if (own.executed == ahead_at) [[unlikely]] {
            run_clock_ahead(hart);
        }
    }
    own.reservation.release_line();
    if (own.stop == StopReason::Wfi) {
        hart.leave_kernel();
    }
    hart.machine.revocation.leave(hart.shared.safe_point);
    return own.stop;
}

}  // namespace stampede
