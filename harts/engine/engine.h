// The interpreter: a handler for each instruction, chained by tail calls (`[[clang::musttail]]`),
// over predecoded pages.
#pragma once
#include "harts/core/hart.h"

namespace stampede {

// Runs from own.pc until the budget is spent, the alarm is up or something needs attention.
void dispatch(Hart& hart);

// The slot of own.pc, decoded; makes its page the current one. Null: the fetch trapped (own.pc has
// moved, one of the budget is spent).
const Slot* enter(Hart& hart);

// One instruction with everything honoured; own.pc must be right. Spends one of the budget.
void step(Hart& hart, const Slot& slot);

namespace handlers {

// From own.pc, after something slow: finds the way back to fast execution, or returns to run().
void resume(Hart*, const Slot*, i64, TlbBank*);
// This instruction alone, with everything honoured.
void go_slow(Hart*, const Slot*, i64, TlbBank*);
// At the beginning of a run that does not fit the budget, or the alarm is up.
void run_end(Hart*, const Slot*, i64, TlbBank*);
void undecoded(Hart*, const Slot*, i64, TlbBank*);
void page_end(Hart*, const Slot*, i64, TlbBank*);
void one_slowly(Hart*, const Slot*, i64, TlbBank*);

}  // namespace handlers

// The engine of harts that nobody watches.
extern const Engine quiet_engine;

}  // namespace stampede
