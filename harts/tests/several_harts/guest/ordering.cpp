#include "harts/tests/several_harts/guest/guest.h"

namespace several_harts {
namespace {

struct alignas(64) Word {
    u64 value;
};
constexpr u64 batch = 64;  // rounds between two meetings
alignas(4096) Word x[batch];
alignas(4096) Word y[batch];
alignas(4096) u64 seen[2][batch];
Word turn[2];

// Conditional store that ends ordered after everything before and before everything behind it.
void store_conditionally(u64& to, u64 value) {
    do {
        (void)load_reserved_d(to);
    } while (!store_conditional_d_full(to, value));
}

u64 store_then_load(u64& to, u64& from, u64 value, bool order_in_load) {
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
        if (order_in_load) {
            store(to, value);
            return load_reserved_d_full(from);
        }
        store_conditionally(to, value);
        return load(from);
    default: store(to, value); return load(from);
    }
}

// Both harts leave it at about the same moment.
void meet_other(u64 hart, u64 time) {
    __atomic_store_n(&turn[hart].value, time, __ATOMIC_RELEASE);
    while (__atomic_load_n(&turn[1 - hart].value, __ATOMIC_ACQUIRE) < time) {
    }
}

}  // namespace

// x = 1; r = y against y = 1; r = x: with the order asked for, one of them must see the other's
// store.
void store_buffering(u64 hart) {
    meet();
    Word* const own = hart == 0 ? x : y;
    Word* const other = hart == 0 ? y : x;
    u64 neither = 0;
    for (u64 round = 1; round <= parameters.rounds; ++round) {
        meet_other(hart, 2 * round - 1);
        for (u64 delay = 0; delay < (hart == 0 ? round % 7 : round / 7 % 7) * 4; ++delay) {
            asm volatile("");
        }
        for (u64 n = 0; n < batch; ++n) {
            seen[hart][n] = store_then_load(own[n].value, other[n].value, round, (n & 1) != 0);
        }
        meet_other(hart, 2 * round);
        for (u64 n = 0; hart == 0 && n < batch; ++n) {
            neither += load(seen[0][n]) != round && load(seen[1][n]) != round;
        }
    }
    if (hart == 0) {
        results[0].values[0] = neither;
        results[0].values[1] = parameters.rounds * batch;
    }
}

// data = n; flag = n against f = flag; d = data: d is never older than f.
void message_passing(u64 hart) {
    u64& data = x[0].value;
    u64& flag = y[0].value;
    meet();
    if (hart == 0) {
        for (u64 number = 1; number <= parameters.rounds; ++number) {
            store(data, number);
            switch (parameters.order) {
            case Order::Amo:
                asm volatile("amoswap.d.rl zero, %1, %0" : "+A"(flag) : "r"(number) : "memory");
                break;
            case Order::Conditional: do { (void)load_reserved_d(flag);
                } while (!store_conditional_d_half(flag, number));
                break;
            default: write_fence(); store(flag, number);
            }
        }
        return;
    }
    u64 old = 0, fresh = 0, last = 0;
    for (u64 number = 0; number < parameters.rounds;) {
        switch (parameters.order) {
        case Order::Amo:
            asm volatile("amoor.d.aq %0, zero, %1" : "=r"(number), "+A"(flag)::"memory");
            break;
        case Order::Conditional: number = load_reserved_d_half(flag); break;
        default: number = load(flag); read_fence();
        }
        old += load(data) < number;
        fresh += number != last;
        last = number;
    }
    results[hart].values[0] = old;
    results[hart].values[1] = fresh;
}

}  // namespace several_harts
