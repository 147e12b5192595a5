#include "harts/core/engine.h"

#include "harts/core/fast.h"
#include "harts/core/machine_context.h"

// How a handler ends. `n` in every slot is the number of instructions to the end of its run: whoever enters a run charges it to the
// budget at once, a slow path refunds what it did not execute. So the budget is exact, and looked at only where runs end.
#define ARGUMENTS Hart *hart, const Slot *slot, i64 budget, TlbBank *data
#define TAIL(function, ...) [[clang::musttail]] return function(__VA_ARGS__)

namespace stampede {
namespace {

u64 pc_of(const HartState& own, const Slot* slot) {
    return own.page_va + static_cast<u64>(slot - own.slots) * 2;
}

bool alarmed(const Hart* hart) {
    // relaxed: whoever raised it takes a lock or waits for an acknowledgement; x86 and the run end do the rest.
    return hart->shared.safe_point.alarm.load(std::memory_order_relaxed) != 0;
}

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

// A load-reserved kept its line's lock: nobody may wait for this hart before its store-conditional, so the few instructions
// between (at most 16, unprivileged specification, "Eventual Success of Store-Conditional Instructions") run here.
void finish_reservation(Hart& hart) {
    for (int n = 0; n < 16 && hart.own.reservation.held != nullptr && hart.own.budget > 0 && !hart.own.stopping && !alarmed(&hart);
         ++n) {
        if (const Slot* slot = enter(hart); slot != nullptr) {
            step_counted(hart, *slot);
        }
    }
    release_held_line(hart);
}

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
        if (own.attention && !attend(*hart)) {
            return;
        }
        if (own.budget <= 0 || alarmed(hart)) {
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
#define RESUME(hart) TAIL(resume, hart, nullptr, 0, nullptr)

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
    if (own.budget == 0 || alarmed(hart)) {
        return;
    }
    RESUME(hart);
}

template <isa::Op op, unsigned length, class Observer>
void handler(ARGUMENTS) {
    constexpr isa::Flow flow = isa::line_of(op).flow;
    Fast<Observer> fast{hart, slot, slot + length / 2, data, length};
    isa::Meaning<op>::run(fast, isa::Operands{slot->imm, slot->rd, slot->rs1, slot->rs2});
    if (fast.missed) [[unlikely]] {
        TAIL(go_slow, hart, slot, budget, data);
    }
    if constexpr (flow == isa::Flow::Branch) {
        if (fast.taken) {  // apart from the way below: else the compiler makes a conditional move and one shared jump of both
            slot = fast.next;
            budget -= slot->n;
            if (budget < 0 || alarmed(hart)) [[unlikely]] {
                TAIL(run_end, hart, slot, budget, data);
            }
            Handler to = slot->handler;
            asm volatile("" : "+r"(to));
            TAIL(to, hart, slot, budget, data);
        }
    }
    if constexpr (flow == isa::Flow::Next || flow == isa::Flow::Access) {
        slot += length / 2;
    } else {
        slot = fast.next;
        budget -= slot->n;
        if (budget < 0 || alarmed(hart)) [[unlikely]] {
            TAIL(run_end, hart, slot, budget, data);
        }
    }
    TAIL(slot->handler, hart, slot, budget, data);
}

// A system instruction: what go_slow() and step() would do, without looking up what it is.
template <isa::Op op, unsigned length>
void system_handler(ARGUMENTS) {
    (void)data;
    HartState& own = hart->own;
    own.pc = pc_of(own, slot);
    own.budget = budget + slot->n;
    Full full(*hart, length, own.page->address + (own.pc & page_offset_mask));
    isa::Meaning<op>::run(full, isa::Operands{slot->imm, slot->rd, slot->rs1, slot->rs2});
    own.pc = full.next();
    --own.budget;
    RESUME(hart);
}

// A direct branch or jump that may leave its page.
template <isa::Op op, unsigned length, class Observer>
void far_handler(ARGUMENTS) {
    Fast<Observer> fast{hart, slot, slot + length / 2, data, length};
    const u64 pc = fast.pc();
    const Slot* stay = fast.next;
    const u64 link_register = hart->own.x[slot->rd];
    isa::Meaning<op>::run(fast, isa::Operands{slot->imm, slot->rd, slot->rs1, slot->rs2});
    if (fast.next != stay) {
        const i64 halfwords = fast.next - slot;
        if (!fast.jump_register(pc + static_cast<u64>(halfwords * 2))) {
            hart->own.x[slot->rd] = link_register;
            TAIL(go_slow, hart, slot, budget, data);
        }
    }
    slot = fast.next;
    budget -= slot->n;
    if (budget < 0 || alarmed(hart)) [[unlikely]] {
        TAIL(run_end, hart, slot, budget, data);
    }
    TAIL(slot->handler, hart, slot, budget, data);
}

// A page's length of instructions with far branches decoded in place: length 2 or 4.
template <isa::Op op>
constexpr Handler handler_for(unsigned length, handlers::Reach reach) {
    constexpr isa::Flow flow = isa::line_of(op).flow;
    if constexpr (flow == isa::Flow::System) {
        return length == 2 ? system_handler<op, 2> : system_handler<op, 4>;
    } else {
        if constexpr (flow == isa::Flow::Branch || flow == isa::Flow::Jump) {
            if (reach == handlers::Reach::Anywhere) {
                return length == 2 ? far_handler<op, 2, Quiet> : far_handler<op, 4, Quiet>;
            }
        }
        return length == 2 ? handler<op, 2, Quiet> : handler<op, 4, Quiet>;
    }
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

void execute(Hart& hart, isa::Op op, Full full, const isa::Operands& operands) {
    switch (op) {
#define INSN(id, ...) \
    case isa::Op::id: isa::Meaning<isa::Op::id>::run(full, operands); break;
#include "harts/isa/instructions.inc"
#undef INSN
    case isa::Op::Illegal: full.illegal(); break;
    }
    hart.own.pc = full.next();
}

void trap_fetch(Hart& hart, const Fault& fault) { take_exception(hart, fault.cause, fault.tval); }

}  // namespace

void step(Hart& hart, const Slot& slot) {
    HartState& own = hart.own;
    const CodePage& page = *own.page;
    const auto k = static_cast<unsigned>(&slot - page.slots);
    const u8 length = page.length[k];
    if (length == CodePage::straddles) {
        const Accessed<Straddler> straddler = fetch_straddler(hart);
        if (!straddler) {
            trap_fetch(hart, straddler.error());
            return;
        }
        const isa::Decoded& decoded = straddler->decoded;
        execute(hart, decoded.op, Full(hart, decoded.length, {0}, straddler->word), decoded.operands);
        return;
    }
    execute(hart, page.op[k], Full(hart, length, page.address + 2 * k), {slot.imm, slot.rd, slot.rs1, slot.rs2});
}

const Slot* enter(Hart& hart) {
    HartState& own = hart.own;
    const u64 page_va = own.pc & ~page_offset_mask;
    if (own.page == nullptr || own.page_va != page_va) {
        const FetchEntry& entry = own.fetch->fetch[TlbBank::fetch_index(own.pc)];
        CodePage* found = entry.code;
        if (entry.page != page_va) [[unlikely]] {
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
        decode_run(hart.machine.ram, *code, k);
    }
    return &code->slots[k];
}

void dispatch(Hart& hart) { resume(&hart, nullptr, 0, nullptr); }

namespace handlers {

Handler of(isa::Op op, u8 length, Reach reach) {
    if (length == CodePage::straddles) {
        return go_slow;
    }
    switch (op) {
#define INSN(id, ...) \
    case isa::Op::id: return handler_for<isa::Op::id>(length, reach);
#include "harts/isa/instructions.inc"
#undef INSN
    case isa::Op::Illegal: break;
    }
    return go_slow;
}

void undecoded(ARGUMENTS) {
    decode_run(hart->machine.ram, *hart->own.page, static_cast<unsigned>(slot - hart->own.slots));
    budget -= slot->n;
    if (budget < 0 || alarmed(hart)) {
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
