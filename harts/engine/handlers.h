// The handlers of an engine: included by the translation unit that makes it.
//
// How a handler ends. `n` in every slot is the number of instructions to the end of its run:
// whoever enters a run charges it to the budget at once, a slow path refunds what it did not
// execute. So the budget is exact, and looked at only where runs end.
#pragma once
#include "harts/engine/block_loop.h"
#include "harts/engine/engine.h"
#include "harts/engine/fast.h"

#define ARGUMENTS Hart *hart, const Slot *slot, i64 budget, TlbBank *data
#define TAIL(function, ...) [[clang::musttail]] return function(__VA_ARGS__)
#define RESUME(hart) TAIL(resume, hart, nullptr, 0, nullptr)

namespace stampede::handlers {

inline u64 pc_of(const HartState& own, const Slot* slot) {
    return own.page_va + static_cast<u64>(slot - own.slots) * 2;
}

inline bool alarmed(const Hart* hart) {
    // relaxed: whoever raised it takes a lock or waits for an acknowledgement; x86 and the run end
    // do the rest.
    return hart->shared.safe_point.alarm.load(std::memory_order_relaxed) != 0;
}

// Calls and returns, as the psABI's convention marks them: rd = ra; jalr x0, 0(ra).
template <isa::Op op, unsigned length, class Observer>
void tell_flow(Hart& hart, const Slot& slot, u64 pc, u64 target) {
    if (slot.rd == 1) {
        Observer::on_call(hart, pc, pc + length, target);
    } else if (op == isa::Op::Jalr && slot.rs1 == 1 && slot.rd == isa::sink_register) {
        Observer::on_return(hart, target);
    }
}

template <isa::Op op, class Observer>
void tell_branch(Hart& hart, u64 pc, Branch branch, u64 target) {
    if constexpr (isa::line_of(op).flow == isa::Flow::Branch) {
        Observer::on_branch(hart, pc, branch);
    } else if constexpr (op == isa::Op::Jalr) {
        Observer::on_jump(hart, target);
    }
}

template <isa::Op op, unsigned length, class Observer>
void handler(ARGUMENTS) {
    constexpr isa::Flow flow = isa::line_of(op).flow;
    Fast<Observer> fast{hart, slot, slot + length / 2, data, length};
    // jalr leaves the page that slots are counted in
    [[maybe_unused]] const u64 pc = SeesCalls<Observer> || SeesBranches<Observer> ? fast.pc() : 0;
    isa::Meaning<op>::run(fast, isa::Operands{slot->imm, slot->rd, slot->rs1, slot->rs2});
    if (fast.missed) [[unlikely]] {
        TAIL(go_slow, hart, slot, budget, data);
    }
    if constexpr (SeesCalls<Observer> && (op == isa::Op::Jal || op == isa::Op::Jalr)) {
        tell_flow<op, length, Observer>(*hart, *slot, pc, pc_of(hart->own, fast.next));
    }
    if constexpr (SeesBranches<Observer>) {
        tell_branch<op, Observer>(*hart, pc, fast.taken ? Branch::Taken : Branch::NotTaken,
                                  op == isa::Op::Jalr ? pc_of(hart->own, fast.next) : 0);
    }
    if constexpr (flow == isa::Flow::Branch) {
        // apart from the way below: else the compiler makes a conditional move and one shared jump
        // of both
        if (fast.taken) {
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

// The branch that closes a block loop: as many rounds as may be at once, then as any branch.
template <isa::Op op, unsigned length, class Observer>
void loop_handler(ARGUMENTS) {
    constexpr u64 worth_asking = 64;  // bytes or so between what is compared
    const u64 apart = hart->own.x[slot->rs2] - hart->own.x[slot->rs1];
    if (apart + worth_asking > 2 * worth_asking) {
        BlockWatch watch = nullptr;
        if constexpr (SeesAccess<Observer>) {
            watch = Observer::watch_block;
        }
        budget -= run_block_loop(*hart, hart->own.page->loops[slot->rd], budget, *data, watch);
    }
    TAIL((handler<op, length, Observer>), hart, slot, budget, data);
}

// Of a block loop's branch. Only bne has a compressed form (c.bnez).
template <class Observer>
Handler loop_handler_of(const isa::Decoded& branch) {
    using isa::Op;
    switch (branch.op) {
    case Op::Bne:
        return branch.length == 2 ? loop_handler<Op::Bne, 2, Observer>
                                  : loop_handler<Op::Bne, 4, Observer>;
    case Op::Blt: return loop_handler<Op::Blt, 4, Observer>;
    default: return loop_handler<Op::Bltu, 4, Observer>;
    }
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
    if constexpr (SeesCalls<Observer> && op == isa::Op::Jal) {
        tell_flow<op, length, Observer>(*hart, *slot, pc, pc_of(hart->own, fast.next));
    }
    if constexpr (SeesBranches<Observer>) {
        tell_branch<op, Observer>(*hart, pc, fast.next != stay ? Branch::Taken : Branch::NotTaken,
                                  0);
    }
    slot = fast.next;
    budget -= slot->n;
    if (budget < 0 || alarmed(hart)) [[unlikely]] {
        TAIL(run_end, hart, slot, budget, data);
    }
    TAIL(slot->handler, hart, slot, budget, data);
}

// The handler of `op` at a length of 2 or 4 bytes.
template <isa::Op op, class Observer>
constexpr Handler handler_for(unsigned length, Reach reach) {
    constexpr isa::Flow flow = isa::line_of(op).flow;
    if constexpr (flow == isa::Flow::System) {
        return length == 2 ? system_handler<op, 2> : system_handler<op, 4>;
    } else {
        if constexpr (flow == isa::Flow::Branch || flow == isa::Flow::Jump) {
            if (reach == Reach::Anywhere) {
                return length == 2 ? far_handler<op, 2, Observer> : far_handler<op, 4, Observer>;
            }
        }
        return length == 2 ? handler<op, 2, Observer> : handler<op, 4, Observer>;
    }
}

template <class Observer>
Handler handler_of(const isa::Decoded& decoded, Reach reach) {
    if (decoded.length == CodePage::straddles) {
        return go_slow;
    }
    switch (decoded.op) {
#define INSN(id, ...) \
    case isa::Op::id: return handler_for<isa::Op::id, Observer>(decoded.length, reach);
#include "harts/isa/instructions.inc"
#undef INSN
    case isa::Op::Illegal: break;
    }
    return go_slow;
}

// The same, of loads, stores and atomics alone.
template <class Observer>
Handler access_handler_of(const isa::Decoded& decoded) {
    switch (decoded.op) {
#define INSN(id, ...)                                                               \
    case isa::Op::id:                                                               \
        if constexpr (isa::line_of(isa::Op::id).flow == isa::Flow::Access) {        \
            return handler_for<isa::Op::id, Observer>(decoded.length, Reach::Page); \
        }                                                                           \
        break;
#include "harts/isa/instructions.inc"
#undef INSN
    case isa::Op::Illegal: break;
    }
    return go_slow;
}

template <class... Watchers>
Handler watching_handler_of(const isa::Decoded& decoded, Reach reach) {
    if constexpr (!(watchers::SeesStack<Watchers> && ...)) {
        constexpr u8 stack_pointer = 2;
        const bool stack = isa::line_of(decoded.op).flow == isa::Flow::Access &&
                           decoded.operands.rs1 == stack_pointer;
        if (stack && decoded.length != CodePage::straddles) {
            return access_handler_of<watchers::OfStack<Watchers...>>(decoded);
        }
    }
    return handler_of<Watching<Watchers...>>(decoded, reach);
}

}  // namespace stampede::handlers

namespace stampede {

// The engine of harts that all of these watch; `always_slow` as in Engine.
template <class... Watchers>
constexpr Engine engine_of(bool (*always_slow)(const Ram& ram, const CodePage& page,
                                               unsigned k) = nullptr) {
    Engine engine{handlers::undecoded, handlers::page_end,
                  handlers::watching_handler_of<Watchers...>, always_slow,
                  Watching<Watchers...>::fits};
    if constexpr (Watching<Watchers...>::bears_blocks) {
        engine.loop_handler_of = handlers::loop_handler_of<Watching<Watchers...>>;
    }
    return engine;
}

}  // namespace stampede

#undef ARGUMENTS
#undef TAIL
#undef RESUME
