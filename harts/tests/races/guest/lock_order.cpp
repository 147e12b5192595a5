// Two or three locks, taken in orders that could meet in a deadlock though nobody waits for anybody
// here: each step is over before the next begins. Locks of four kinds, recognised by what their
// words do, or only by names (acquire, release).
#include "harts/tests/races/guest/guest.h"
#include "harts/tests/races/guest/locks.h"

namespace races {
namespace {

using SwappedLock = SwapLock<__ATOMIC_ACQUIRE, __ATOMIC_RELEASE>;
using TicketedLock = TicketLock<__ATOMIC_ACQUIRE, __ATOMIC_RELEASE>;
SwappedLock swapped_locks[3];
ReservedLock reserved_locks[3];
TicketedLock ticketed_locks[3];
InvertedLock inverted_locks[3];

MARKED void take_swapped(void* lock) { static_cast<SwappedLock*>(lock)->acquire(); }
MARKED void give_swapped(void* lock) { static_cast<SwappedLock*>(lock)->release(); }
MARKED void take_reserved(void* lock) { static_cast<ReservedLock*>(lock)->acquire(); }
MARKED void give_reserved(void* lock) { static_cast<ReservedLock*>(lock)->release(); }
MARKED void draw_ticket(void* lock) { static_cast<TicketedLock*>(lock)->acquire(); }
MARKED void serve_next(void* lock) { static_cast<TicketedLock*>(lock)->release(); }

// What such functions are called in xv6. These locks only the names tell.
MARKED void acquire(void* lock) { static_cast<InvertedLock*>(lock)->acquire(); }
MARKED void release(void* lock) { static_cast<InvertedLock*>(lock)->release(); }

// One kind of lock. The functions below are shared by all kinds, so that reports name the same ones
// for each.
struct Kind {
    void (*take_lock)(void* lock);
    void (*give_lock)(void* lock);
    void* locks[3];

    void take(u64 n) const { take_lock(locks[n]); }
    void give(u64 n) const { give_lock(locks[n]); }
};
constexpr Kind swap{
    take_swapped, give_swapped, {&swapped_locks[0], &swapped_locks[1], &swapped_locks[2]}};
constexpr Kind reserved{
    take_reserved, give_reserved, {&reserved_locks[0], &reserved_locks[1], &reserved_locks[2]}};
constexpr Kind named{
    acquire, release, {&inverted_locks[0], &inverted_locks[1], &inverted_locks[2]}};
constexpr Kind ticket{
    draw_ticket, serve_next, {&ticketed_locks[0], &ticketed_locks[1], &ticketed_locks[2]}};

alignas(64) u64 guarded[3];

template <class Between>
void take_both(const Kind& kind, u64 outer, u64 inner, Between between) {
    kind.take(outer);
    guarded[outer] += 1;
    between();
    kind.take(inner);
    guarded[inner] += 1;
    kind.give(inner);
    kind.give(outer);
}

using Pause = void (*)();
void no_pause() {}

MARKED void first_then_second(const Kind& kind, Pause pause) { take_both(kind, 0, 1, pause); }
MARKED void second_then_first(const Kind& kind, Pause pause) { take_both(kind, 1, 0, pause); }
MARKED void second_then_third(const Kind& kind, Pause pause) { take_both(kind, 1, 2, pause); }
MARKED void third_then_first(const Kind& kind, Pause pause) { take_both(kind, 2, 0, pause); }

using Step = void (*)(const Kind&, Pause);

// Each step by another hart, after the one before.
template <u64 count>
void one_after_another(u64 hart, const Kind& kind, const Step (&steps)[count]) {
    for (u64 round = 0; round < parameters.rounds; ++round) {
        for (u64 step = 0; step < count; ++step) {
            meet();
            if (step % parameters.harts == hart) {
                steps[step](kind, no_pause);
            }
        }
    }
    meet();
}

void opposite_orders(u64 hart, const Kind& kind) {
    one_after_another(hart, kind, {first_then_second, second_then_first});
}
void three_lock_cycle(u64 hart, const Kind& kind) {
    one_after_another(hart, kind, {first_then_second, second_then_third, third_then_first});
}

// All at once, in one order.
void one_order(const Kind& kind) {
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        first_then_second(kind, no_pause);
        second_then_third(kind, no_pause);
    }
    meet();
    expect_equal(guarded[1], 2 * parameters.harts * parameters.rounds);
}

// The first is given back before the third is taken, and the second before the first is taken
// again: no order between first and third, and none from third to first.
void hand_over_hand(const Kind& kind) {
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        kind.take(0);
        guarded[0] += 1;
        kind.take(1);
        kind.give(0);
        guarded[1] += 1;
        kind.take(2);
        kind.give(1);
        guarded[2] += 1;
        kind.give(2);
    }
    meet();
    expect_equal(guarded[2], parameters.harts * parameters.rounds);
}

// Never two at once: in whatever order, that is none.
void one_at_a_time(u64 hart, const Kind& kind) {
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        for (u64 n = 0; n < 2; ++n) {
            const u64 lock = (hart + n) % 2;
            kind.take(lock);
            guarded[lock] += 1;
            kind.give(lock);
        }
    }
    meet();
    expect_equal(guarded[0], parameters.harts * parameters.rounds);
}

alignas(64) u64 holders;

// Until each of two harts holds its first lock.
void await_both_hold() {
    __atomic_fetch_add(&holders, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&holders, __ATOMIC_ACQUIRE) < 2) {
    }
}

// Harts 0 and 1 wait for each other for ever; the others have nothing to do.
void deadlock(u64 hart, const Kind& kind) {
    if (hart < 2) {
        (hart == 0 ? first_then_second : second_then_first)(kind, await_both_hold);
    }
}

}  // namespace

void opposite_orders_swap(u64 hart) { opposite_orders(hart, swap); }
void opposite_orders_reserved(u64 hart) { opposite_orders(hart, reserved); }
void opposite_orders_named(u64 hart) { opposite_orders(hart, named); }
void opposite_orders_ticket(u64 hart) { opposite_orders(hart, ticket); }
void three_lock_cycle_swap(u64 hart) { three_lock_cycle(hart, swap); }
void three_lock_cycle_reserved(u64 hart) { three_lock_cycle(hart, reserved); }
void three_lock_cycle_named(u64 hart) { three_lock_cycle(hart, named); }
void three_lock_cycle_ticket(u64 hart) { three_lock_cycle(hart, ticket); }
void one_order_swap(u64) { one_order(swap); }
void one_order_reserved(u64) { one_order(reserved); }
void one_order_named(u64) { one_order(named); }
void one_order_ticket(u64) { one_order(ticket); }
void hand_over_hand_swap(u64) { hand_over_hand(swap); }
void hand_over_hand_reserved(u64) { hand_over_hand(reserved); }
void hand_over_hand_named(u64) { hand_over_hand(named); }
void hand_over_hand_ticket(u64) { hand_over_hand(ticket); }
void one_at_a_time_swap(u64 hart) { one_at_a_time(hart, swap); }
void one_at_a_time_named(u64 hart) { one_at_a_time(hart, named); }
void deadlock_swap(u64 hart) { deadlock(hart, swap); }
void deadlock_reserved(u64 hart) { deadlock(hart, reserved); }
void deadlock_ticket(u64 hart) { deadlock(hart, ticket); }

}  // namespace races
