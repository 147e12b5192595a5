#include "harts/engine/engine.h"

#include "harts/access/fetch.h"
#include "harts/core/machine_context.h"
#include "harts/engine/decode_run.h"
#include "harts/engine/handlers.h"

#define ARGUMENTS Hart *hart, const Slot *slot, i64 budget, TlbBank *data
#define TAIL(function, ...) [[clang::musttail]] return function(__VA_ARGS__)
#define RESUME(hart) TAIL(handlers::resume, hart, nullptr, 0, nullptr)

namespace stampede {

const Engine quiet_engine = engine_of<>();

namespace {

// Interrupts and stops that a slow path has noticed; false: leave dispatch().
bool attend(Hart& hart) {
    HartState& own = hart.own;
    own.attention = false;
    if (own.stopping) {
        return false;
    }
    take_interrupt(hart);
    return true;
}

void step_counted(Hart& hart, const Slot& slot) {
    step(hart, slot);
    --hart.own.budget;
}

// A load-reserved kept its line's lock: nobody may wait for this hart before its store-conditional,
// so the few instructions between (at most 16, unprivileged specification, "Eventual Success of
// Store-Conditional Instructions") run here.
void finish_reservation(Hart& hart) {
    for (int n = 0; n < 16 && hart.own.reservation.held != nullptr && hart.own.budget > 0 &&
                    !hart.own.stopping && !handlers::alarmed(&hart);
         ++n) {
        if (const Slot* slot = enter(hart); slot != nullptr) {
            step_counted(hart, *slot);
        }
    }
    hart.own.reservation.release_line();
}

// The instruction whose second half lies in the next virtual page.
struct Straddler {
    u32 word;
    isa::Decoded decoded;
};
Accessed<Straddler> fetch_straddler(Hart& hart) {
    const Accessed<u16> low = fetch_halfword(hart, hart.own.pc);
    if (!low) {
        return std::unexpected(low.error());
    }
    const Accessed<u16> high = fetch_halfword(hart, hart.own.pc + 2);
    if (!high) {
        return std::unexpected(high.error());
    }
    const u32 word = *low | u32{*high} << 16;
    return Straddler{word, isa::decode(word)};
}

// As handlers::tell_flow() and tell_branch(), for the full hart.
void tell_flow(Observer& observer, Hart& hart, isa::Op op, const isa::Operands& operands,
               const Full& full) {
    if (isa::line_of(op).flow == isa::Flow::Branch) {
        observer.on_branch(hart, hart.own.pc,
                           full.next() != full.link() ? Branch::Taken : Branch::NotTaken);
        return;
    }
    if (op == isa::Op::Jalr) {
        observer.on_jump(hart, full.next());
    }
    if (op != isa::Op::Jal && op != isa::Op::Jalr) {
        return;
    }
    if (operands.rd == 1) {
        observer.on_call(hart, hart.own.pc, full.link(), full.next());
    } else if (op == isa::Op::Jalr && operands.rs1 == 1 && operands.rd == isa::sink_register) {
        observer.on_return(hart, full.next());
    }
}

// By reference: a copy of what has just been written in pieces would wait for the store buffer.
void execute(Hart& hart, isa::Op op, Full& full, const isa::Operands& operands) {
    switch (op) {
#define INSN(id, ...) \
    case isa::Op::id: isa::Meaning<isa::Op::id>::run(full, operands); break;
#include "harts/isa/instructions.inc"
#undef INSN
    case isa::Op::Illegal: full.illegal(); break;
    }
    if (Observer* observer = hart.machine.observer; observer != nullptr) [[unlikely]] {
        tell_flow(*observer, hart, op, operands, full);
    }
    hart.own.pc = full.next();
}

// As if a `ret` stood here.
void return_at_once(Hart& hart, u64 value) {
    constexpr u8 return_address = 1, result = 10;  // x registers
    hart.own.x[result] = value;
    Full full(hart, 4, {0});
    execute(hart, isa::Op::Jalr, full, {0, isa::sink_register, return_address, 0});
}

void trap_fetch(Hart& hart, const Fault& fault) { take_exception(hart, fault.cause, fault.tval); }

}  // namespace

void step(Hart& hart, const Slot& slot) {
    HartState& own = hart.own;
    const CodePage& page = *own.page;
    const auto k = static_cast<unsigned>(&slot - page.slots);
    const u8 length = page.length[k];
    if (CodeMarks* const marks = hart.machine.marks; marks != nullptr) [[unlikely]] {
        if (const PhysAddr at = page.address + 2 * k; marks->has(at)) {
            if (const std::optional<u64> value = marks->at_mark(hart, at)) {
                return_at_once(hart, *value);
                return;
            }
        }
    }
    if (length == CodePage::straddles) {
        const Accessed<Straddler> straddler = fetch_straddler(hart);
        if (!straddler) {
            trap_fetch(hart, straddler.error());
            return;
        }
        const isa::Decoded& decoded = straddler->decoded;
        Full full(hart, decoded.length, {0}, straddler->word);
        execute(hart, decoded.op, full, decoded.operands);
        return;
    }
    Full full(hart, length, page.address + 2 * k);
    execute(hart, page.op[k], full, {slot.imm, slot.rd, slot.rs1, slot.rs2});
}

const Slot* enter(Hart& hart) {
    HartState& own = hart.own;
    const u64 page_va = own.pc & ~page_offset_mask;
    if (own.page == nullptr || own.page_va != page_va) {
        const FetchEntry& entry = own.fetch->fetch[TlbBank::fetch_index(own.pc)];
        CodePage* found = entry.code;
        if (entry.page != page_va) [[unlikely]] {
            if (hart.asked_first && !hart.machine.observer->may_fetch(hart)) [[unlikely]] {
                own.stop = StopReason::Postponed;
                own.stopping = own.attention = true;
                return nullptr;
            }
            const Accessed<CodePage*> fetched = fetch_page(hart, own.pc);
            if (!fetched) {
                trap_fetch(hart, fetched.error());
                --own.budget;
                return nullptr;
            }
            found = *fetched;
        }
        own.page_va = page_va;
        own.page = found;
        own.slots = found->slots;
    }
    CodePage* code = own.page;
    const auto k = static_cast<unsigned>((own.pc & page_offset_mask) / 2);
    if (code->slots[k].n == 0) {
        decode_run(hart.machine.ram, *hart.machine.engine, hart.machine.marks, *code, k);
    }
    return &code->slots[k];
}

void dispatch(Hart& hart) { handlers::resume(&hart, nullptr, 0, nullptr); }

namespace handlers {

// From own.pc, after something slow: finds the way back to fast execution, or returns to run().
void resume(ARGUMENTS) {
    (void)slot;
    (void)budget;
    (void)data;
    HartState& own = hart->own;
    for (;;) {
        if (own.reservation.held != nullptr) [[unlikely]] {
            finish_reservation(*hart);
        }
        while (own.attention) {  // an observer of the interrupt may want the hart to stop
            if (!attend(*hart)) {
                return;
            }
        }
        if (own.budget <= 0 || handlers::alarmed(hart)) {
            return;
        }
        const Slot* here = enter(*hart);
        if (here == nullptr) {
            continue;
        }
        if (own.budget < here->n) {  // fewer left than the run holds
            step_counted(*hart, *here);
            continue;
        }
        own.budget -= here->n;
        TAIL(here->handler, hart, here, own.budget, own.data);
    }
}

// This instruction alone, with everything honoured.
void go_slow(ARGUMENTS) {
    (void)data;
    HartState& own = hart->own;
    own.pc = pc_of(own, slot);
    own.budget = budget + slot->n;
    step_counted(*hart, *slot);
    RESUME(hart);
}

// At the beginning of a run that does not fit the budget, or the alarm is up.
void run_end(ARGUMENTS) {
    (void)data;
    HartState& own = hart->own;
    own.pc = pc_of(own, slot);
    own.budget = budget + slot->n;
    if (own.budget == 0 || handlers::alarmed(hart)) {
        return;
    }
    RESUME(hart);
}

void undecoded(ARGUMENTS) {
    decode_run(hart->machine.ram, *hart->machine.engine, hart->machine.marks, *hart->own.page,
               static_cast<unsigned>(slot - hart->own.slots));
    budget -= slot->n;
    if (budget < 0 || handlers::alarmed(hart)) {
        TAIL(run_end, hart, slot, budget, data);
    }
    TAIL(slot->handler, hart, slot, budget, data);
}

void page_end(ARGUMENTS) {
    (void)slot;
    (void)data;
    hart->own.pc = hart->own.page_va + page_size;
    hart->own.budget = budget;
    RESUME(hart);
}

void one_slowly(ARGUMENTS) { TAIL(go_slow, hart, slot, budget, data); }

}  // namespace handlers
}  // namespace stampede
