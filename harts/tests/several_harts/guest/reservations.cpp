#include "harts/tests/several_harts/guest/guest.h"

namespace several_harts {

void meet_often(u64 hart) {
    for (u64 round = 0; round < parameters.rounds; ++round) {
        meet();
        results[hart].values[0] += 1;
    }
}

namespace {

struct alignas(64) Counters {
    u64 wide = 0;
    u32 narrow = 0;
} counters;

}  // namespace

void reserved_counter(u64 hart) {
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        reserved_add(counters.wide, 1);
        reserved_add(counters.narrow, 3u);
    }
    meet();
    if (hart == 0) {
        results[0].values[0] = counters.wide;
        results[0].values[1] = counters.narrow;
    }
}

// The storing hart (0) makes head take its old value again and again, each time with another number
// in aux. Whoever reserves head, then reads the number and stores it to head conditionally, must
// fail when head was stored to in between, though its value is what it was. So in head stands what
// was put there, or the number of this very round.
namespace {

constexpr u64 nothing = 0, busy = 1;
constexpr u64 encode(u64 number) { return number << 1 | u64{1} << 63; }

alignas(4096) u64 head;
alignas(64) u64 aux;
alignas(64) u64 reservers_done;

bool all_done() {
    return __atomic_load_n(&reservers_done, __ATOMIC_ACQUIRE) == parameters.harts - 1;
}

// Until the storing hart has gone on: what it has not looked at yet is not worth storing again.
// Only now and then without a limit, for its host thread may be waiting for a core.
template <class T>
void await_change(const T& word, T from, u64 stored) {
    const u64 patience = stored % 4096 == 0 ? ~u64{0} : 60;
    for (u64 look = 0; look < patience && __atomic_load_n(&word, __ATOMIC_RELAXED) == from;
         ++look) {
    }
}

void reserve_often(u64 hart) {
    u64 stored = 0;
    for (u64 round = 0; round < parameters.rounds; ++round) {
        (void)load_reserved_d_half(head);
        const u64 number = load(aux);
        if (store_conditional_d_half(head, encode(number))) {
            ++stored;
            await_change(aux, number, stored);
        }
    }
    results[hart].values[0] = stored;
    __atomic_fetch_add(&reservers_done, 1, __ATOMIC_ACQ_REL);
}

}  // namespace

void strict(u64 hart) {
    meet();
    if (hart != 0) {
        reserve_often(hart);
        return;
    }
    u64 wrong = 0, seen = 0;
    for (u64 number = 1; !all_done(); ++number) {
        store(head, busy);
        write_fence();
        store(aux, number);
        write_fence();
        store(head, nothing);
        for (u64 look = 0; look < number % 8; ++look) {
            const u64 value = load(head);
            seen += value != nothing;
            wrong += value != nothing && value != encode(number);
        }
        const u64 value = load(head);
        seen += value != nothing;
        wrong += value != nothing && value != encode(number);
    }
    results[0].values[0] = wrong;
    results[0].values[1] = seen;
}

// The same with a reservation of the lower half of what the storing hart writes as a whole; the
// upper half carries the number.
void strict_halves(u64 hart) {
    auto& lower = reinterpret_cast<u32&>(head);
    auto& upper = *(&lower + 1);
    meet();
    if (hart != 0) {
        u64 stored = 0;
        for (u64 round = 0; round < parameters.rounds; ++round) {
            (void)load_reserved_w_half(lower);
            const u64 whole = load(head);
            if (store_conditional_w_half(lower, static_cast<u32>(whole >> 32) | 0x8000'0000)) {
                ++stored;
                await_change(upper, static_cast<u32>(whole >> 32), stored);
            }
        }
        results[hart].values[0] = stored;
        __atomic_fetch_add(&reservers_done, 1, __ATOMIC_ACQ_REL);
        return;
    }
    u64 wrong = 0, seen = 0;
    for (u64 round = 1; !all_done(); ++round) {
        const u64 number = round & 0x7fff'ffff;
        store(head, number << 32);
        for (u64 look = 0; look <= round % 8; ++look) {
            const u64 value = load(head);
            const u64 half = value & 0xffff'ffff;
            seen += half != 0;
            wrong += value >> 32 != number || (half != 0 && half != (number | 0x8000'0000));
        }
    }
    results[0].values[0] = wrong;
    results[0].values[1] = seen;
}

// Treiber's stack: a pop that takes the top's successor from an old top puts a node on the stack
// that somebody holds.
namespace {

struct alignas(64) Node {
    u64 next;   // address of a Node, 0: none
    u64 owner;  // hart + 1 while popped
};
constexpr unsigned nodes = 8;
Node pool[nodes];
alignas(4096) u64 top;

Node* pop() {
    for (;;) {
        const u64 first = load_reserved_d_half(top);
        if (first == 0) {
            return nullptr;
        }
        const u64 next = load(reinterpret_cast<Node*>(first)->next);
        if (store_conditional_d_half(top, next)) {
            return reinterpret_cast<Node*>(first);
        }
    }
}

void push(Node& node) {
    do {
        store(node.next, load_reserved_d(top));
    } while (!store_conditional_d_half(top, reinterpret_cast<u64>(&node)));
}

}  // namespace

void stack(u64 hart) {
    if (hart == 0) {
        for (Node& node : pool) {
            push(node);
        }
    }
    meet();
    u64 twice = 0, pops = 0;
    for (u64 round = 0; round < parameters.rounds; ++round) {
        Node* const first = pop();
        Node* const held[] = {first, round % 2 == 0 ? pop() : nullptr};
        for (Node* node : held) {
            if (node != nullptr) {
                ++pops;
                twice += __atomic_exchange_n(&node->owner, hart + 1, __ATOMIC_ACQ_REL) != 0;
            }
        }
        for (Node* node : held) {
            if (node != nullptr) {
                twice += __atomic_exchange_n(&node->owner, 0, __ATOMIC_ACQ_REL) != hart + 1;
                push(*node);
            }
        }
    }
    results[hart].values[0] = twice;
    results[hart].values[1] = pops;
    meet();
    if (hart == 0) {
        u64 count = 0;
        for (u64 at = top; at != 0 && count <= nodes; at = reinterpret_cast<Node*>(at)->next) {
            ++count;
        }
        results[0].values[2] = count;
    }
}

// Each hart stores to its neighbour's word while it holds a reservation of its own: attempts fail
// and fail, and nobody may wait for ever. A store-conditional need not succeed here: a store
// between it and its load-reserved is no constrained loop.
namespace {

struct alignas(64) Cell {
    u64 value;
};
Cell cells[most_harts];

}  // namespace

void crossing(u64 hart) {
    Cell& own = cells[hart];
    Cell& neighbour = cells[(hart + 1) % parameters.harts];
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        const u64 value = load_reserved_d(own.value);
        store(neighbour.value, value + round);
        (void)store_conditional_d(own.value, value + 1);
        results[hart].values[0] += 1;
    }
}

// Lines 1 MiB apart: a hash that gives them one version makes them fail each other; a constrained
// loop must go on nevertheless.
void aliases(u64 hart) {
    auto& counter = *reinterpret_cast<u64*>(0x8080'0000 + (hart << 20));
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        reserved_add(counter, 1);
    }
    results[hart].values[0] = counter;
}

}  // namespace several_harts
