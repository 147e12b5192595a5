#include "harts/tests/several_harts/guest/guest.h"

namespace several_harts {
namespace {

alignas(4096) u64 x;
alignas(4096) u64 y;
alignas(4096) u64 seen[2];
alignas(64) u64 turn[2];

// Conditional store that ends ordered after everything before and before everything behind it.
void store_conditionally(u64& to, u64 value) {
    do {
        (void)load_reserved_d(to);
    } while (!store_conditional_d_full(to, value));
}

u64 store_then_load(u64& to, u64& from, u64 value, bool conditional_load) {
    u64 loaded = 0;
    switch (parameters.order) {
    case Order::Fences:
        store(to, value);
        full_fence();
        return load(from);
    case Order::Amo:
        asm volatile("amoswap.d.aqrl zero, %1, %0" : "+A"(to) : "r"(value) : "memory");
        asm volatile("amoor.d.aqrl %0, zero, %1" : "=r"(loaded), "+A"(from)::"memory");
        return loaded;
    case Order::Conditional:
        // One of the two orders each: sc.aqrl then a plain load, or a plain store then lr.aqrl.
        if (conditional_load) {
            store(to, value);
            return load_reserved_d_full(from);
        }
        store_conditionally(to, value);
        return load(from);
    default:
        store(to, value);
        return load(from);
    }
}

// Both harts leave it at about the same moment.
void meet_other(u64 hart, u64 round) {
    __atomic_store_n(&turn[hart], round, __ATOMIC_RELEASE);
    while (__atomic_load_n(&turn[1 - hart], __ATOMIC_ACQUIRE) < round) {
    }
}

}  // namespace

// x = 1; r = y against y = 1; r = x: with the order asked for, one of them must see the other's store.
void store_buffering(u64 hart) {
    meet();
    u64 neither = 0;
    for (u64 round = 1; round <= parameters.rounds; ++round) {
        meet_other(hart, 2 * round - 1);
        u64& own = hart == 0 ? x : y;
        u64& other = hart == 0 ? y : x;
        for (u64 delay = 0; delay < (hart == 0 ? round % 7 : round / 7 % 7); ++delay) {
            asm volatile("");
        }
        seen[hart] = store_then_load(own, other, round, (round & 1) != 0);
        meet_other(hart, 2 * round);
        neither += hart == 0 && load(seen[0]) != round && load(seen[1]) != round;
    }
    if (hart == 0) {
        results[0].values[0] = neither;
        results[0].values[1] = parameters.rounds;
    }
}

// data = n; flag = n against f = flag; d = data: d is never older than f.
void message_passing(u64 hart) {
    u64& data = x;
    u64& flag = y;
    meet();
    if (hart == 0) {
        for (u64 number = 1; number <= parameters.rounds; ++number) {
            store(data, number);
            switch (parameters.order) {
            case Order::Amo: asm volatile("amoswap.d.rl zero, %1, %0" : "+A"(flag) : "r"(number) : "memory"); break;
            case Order::Conditional:
                do {
                    (void)load_reserved_d(flag);
                } while (!store_conditional_d_half(flag, number));
                break;
            default:
                write_fence();
                store(flag, number);
            }
        }
        return;
    }
    u64 old = 0, fresh = 0, last = 0;
    for (u64 number = 0; number < parameters.rounds;) {
        switch (parameters.order) {
        case Order::Amo: asm volatile("amoor.d.aq %0, zero, %1" : "=r"(number), "+A"(flag)::"memory"); break;
        case Order::Conditional: number = load_reserved_d_half(flag); break;
        default:
            number = load(flag);
            read_fence();
        }
        old += load(data) < number;
        fresh += number != last;
        last = number;
    }
    results[hart].values[0] = old;
    results[hart].values[1] = fresh;
}

}  // namespace several_harts
