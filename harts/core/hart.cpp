#include "harts/core/hart.h"

#include <algorithm>
#include <limits>

#include "harts/core/access.h"
#include "harts/core/engine.h"
#include "harts/core/machine_context.h"
#include "harts/core/translation_watch.h"
#include "harts/core/trap.h"

namespace stampede {
namespace {

// Drops decoded pages that other harts have stored to.
void drop_stale_code(Hart& hart) {
    std::vector<u64> stale;
    {
        const FutexGuard guard(hart.shared.stale_code_lock);
        stale.swap(hart.shared.stale_code);
    }
    for (const u64 page : stale) {
        if (CodePage* code = hart.code.drop(page); code != nullptr) {
            hart.own.page = nullptr;
            hart.tlb.for_each_bank([&](TlbBank& bank) { bank.drop_fetch_of(code); });
        }
    }
}

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

// To the hart's next timer, if one is near. Right behind an instruction, never before one: what stops the hart before it has begun
// must find nothing changed.
void run_clock_ahead(Hart& hart) {
    constexpr u64 near = time_frequency / 10;  // a tenth of a second
    const u64 now = hart.machine.clint.time();
    if (const u64 deadline = hart.next_deadline(now); deadline - now <= near) {
        hart.machine.environment.run_ahead(hart.machine.environment.time() + (deadline - now));
    }
}

}  // namespace

Hart::Hart(HartId id, MachineContext& machine) : machine(machine), code(machine.ram) {
    own.id = id;
    reset(ram_base.value, 0);
}

void Hart::reset(u64 pc, u64 device_tree) {
    const HartId id = own.id;
    own = HartState{};
    own.id = id;
    own.pc = pc;
    own.x[10] = id.value;
    own.x[11] = device_tree;
    select_banks(*this);
}

void Hart::decode_anew() {
    code.clear();
    own.page = nullptr;
    tlb.for_each_bank([&](TlbBank& bank) {
        bank.for_each_used_fetch([&](FetchEntry& entry) {
            if (entry.page != no_tag) {
                const PhysAddr at{entry.physical & ~page_offset_mask};
                CodePage* const found = code.find(machine.ram.page_index(at));
                entry.code = found != nullptr ? found : &code.make(machine.ram.page_index(at), at);
            }
        });
    });
}

u64 Hart::pending_interrupts() { return pending_interrupts(machine.clint.time()); }

u64 Hart::pending_interrupts(u64 now) {
    machine.tick_devices(own.id);
    own.timer_lines = now >= machine.clint.timer_compare(own.id) ? csr::mti : 0;
    if ((own.csr.menvcfg & csr::menvcfg_stce) != 0) {
        own.timer_lines |= now >= own.csr.stimecmp ? csr::sti : 0;
    }
    return own.csr.mip | own.timer_lines | shared.lines.load(std::memory_order_acquire);
}

u64 Hart::next_deadline(u64 after) const {
    u64 deadline = std::numeric_limits<u64>::max();
    if (const u64 compare = machine.clint.timer_compare(own.id); (own.csr.mie & csr::mti) != 0 && compare > after) {
        deadline = compare;
    }
    if ((own.csr.mie & csr::sti) != 0 && (own.csr.menvcfg & csr::menvcfg_stce) != 0 && own.csr.stimecmp > after) {
        deadline = std::min(deadline, own.csr.stimecmp);
    }
    if ((own.csr.mie & (csr::mei | csr::sei)) != 0) {
        if (const u64 device = machine.device_deadline(); device > after) {
            deadline = std::min(deadline, device);
        }
    }
    return deadline;
}

void Hart::wake_up() {
    // seq_cst: of "I sleep" in the hart and "wake" here at least one is seen by the other side.
    shared.wake.fetch_add(1, std::memory_order_seq_cst);
    if (shared.sleeping.load(std::memory_order_seq_cst) != 0) {
        futex_wake(shared.wake, 1);
    }
}

bool Hart::spins_in_place() {
    constexpr unsigned most = 32;  // longer loops do more than wait
    machine.revocation.enter(shared.safe_point, [&] { sweep_write_tags(*this); });
    look_around(*this);
    const HartState before = own;
    own.stopping = own.attention = false;
    own.chunk = own.budget = most;
    bool same = false;
    // The alarm counts here as at a run's end: without it, code that another hart has rewritten would run once more.
    while (!same && own.budget > 0 && shared.safe_point.alarm.load(std::memory_order_relaxed) == 0) {
        const Slot* slot = enter(*this);
        if (slot == nullptr || isa::line_of(own.page->op[slot - own.slots]).flow == isa::Flow::System) {
            break;
        }
        step(*this, *slot);
        --own.budget;
        if (own.effects != before.effects || own.attention) {
            break;
        }
        same = own.pc == before.pc && std::equal(own.x, own.x + 32, before.x);
    }
    own.executed += static_cast<u64>(own.chunk - own.budget);
    own.chunk = own.budget = 0;
    own.stopping = false;
    release_held_line(*this);
    machine.revocation.leave(shared.safe_point);
    return same;
}

StopReason Hart::run(u64 budget) {
    machine.revocation.enter(shared.safe_point, [&] { sweep_write_tags(*this); });
    own.stop = StopReason::Budget;
    own.stopping = false;
    if (own.mode != Privilege::User) {
        enter_kernel();  // it may have slept
    }
    while (!own.stopping) {
        look_around(*this);
        // acquire: what the harness did before it asked is seen.
        if (shared.stop_requested.load(std::memory_order_acquire) != 0) {
            own.stop = StopReason::Alarm;
            break;
        }
        if (budget == 0) {
            break;
        }
        const u64 now = machine.clint.time();
        pending_interrupts(now);
        take_interrupt(*this);
        own.attention = false;
        if (own.stopping) {
            break;  // an observer of the interrupt wants it
        }
        u64 chunk = std::min(budget, machine.chunk);
        // Deadlines that have passed are lines already; they wait to be enabled, not for time. A device's is for whoever runs, enabled or
        // not: what becomes of it shows in registers.
        if (const u64 until = machine.instructions_until(std::min(next_deadline(now), machine.device_deadline())); until < chunk) {
            chunk = std::max<u64>(until, 1);
        }
        if (own.deaf_until > own.executed) [[unlikely]] {
            chunk = std::min(chunk, own.deaf_until - own.executed);
        }
        const u64 ahead_at = machine.environment.next_run_ahead(own.id, own.executed);
        budget -= run_chunk(*this, std::min(chunk, ahead_at - own.executed));
        if (own.executed == ahead_at) [[unlikely]] {
            run_clock_ahead(*this);
        }
    }
    release_held_line(*this);
    if (own.stop == StopReason::Wfi) {
        leave_kernel();
    }
    machine.revocation.leave(shared.safe_point);
    return own.stop;
}

}  // namespace stampede
