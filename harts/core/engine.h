// The interpreter: a handler for each instruction, chained by tail calls (`[[clang::musttail]]`), over predecoded pages.
#pragma once
#include "harts/core/hart.h"

namespace stampede {

// Runs from own.pc until the budget is spent, the alarm is up or something needs attention.
void dispatch(Hart& hart);

// The slot of own.pc, decoded; makes its page the current one. Null: the fetch trapped (own.pc has moved, one of the budget is spent).
const Slot* enter(Hart& hart);

// One instruction with everything honoured; own.pc must be right. Spends one of the budget.
void step(Hart& hart, const Slot& slot);

namespace handlers {

enum class Reach : u8 { Page, Anywhere };  // where a direct branch or jump may lead

[[nodiscard]] Handler of(isa::Op op, u8 length, Reach reach);
void undecoded(Hart*, const Slot*, i64, TlbBank*);
void page_end(Hart*, const Slot*, i64, TlbBank*);
void one_slowly(Hart*, const Slot*, i64, TlbBank*);

}  // namespace handlers
}  // namespace stampede
