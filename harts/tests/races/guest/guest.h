// What the patterns share: meeting points, traps, the end.
#pragma once
#include "harts/tests/races/guest/ordering.h"
#include "harts/tests/races/parameters.h"

// A function that reports are to name: never inlined, its name the same in the symbol table as in
// the source.
#define MARKED extern "C" [[gnu::noinline, gnu::used]]

namespace races {

extern Parameters parameters;

// Waits until all harts are here; what each did before happens before what any does after. Any
// number of times.
void meet();
// Ends the machine: it failed, `status` says why.
[[noreturn]] void fail(u64 status);

inline void expect_equal(u64 found, u64 expected) {
    if (found != expected) {
        fail(0x200);
    }
}

// Rounds of a pattern that takes a new place each round.
inline u64 rounds_in_places() {
    return parameters.rounds < most_rounds ? parameters.rounds : most_rounds;
}

inline u64 hart_id() {
    u64 value;
    asm volatile("mv %0, tp" : "=r"(value));
    return value;
}

// A pattern's own way with software interrupts; null: the machine fails. Each hart sets its own,
// before a meeting: the first interrupt may come before this hart knows that the meeting is
// complete.
using InterruptHandler = void (*)(u64 hart);
struct alignas(64) InterruptHandlers {
    InterruptHandler machine = nullptr, supervisor = nullptr;
};
extern InterruptHandlers interrupt_handlers[most_harts];

#define PATTERN(name, ...) void name(u64 hart);
#include "harts/tests/races/patterns.inc"
#undef PATTERN

}  // namespace races
