#include "harts/observe/race/waiting_loop.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "harts/observe/race/code_text.h"

namespace stampede {
namespace {

constexpr unsigned longest = 16;  // instructions

// What a turn of the loop has in its registers.
struct Turn {
    std::bitset<33> lasting;      // as the last turn left them, if it wrote them
    std::array<u32, 33> looks{};  // loads that the value hangs on, a bit for each
    u32 decisive = 0;             // loads that a branch hangs on
    [[nodiscard]] bool knows(const isa::Operands& at) const {
        return !lasting[at.rs1] && !lasting[at.rs2];
    }
};

// Takes one instruction into the turn; `bit` is a load's. False: a loop with this does more than
// look.
bool take(Turn& turn, const isa::Decoded& here, u32 bit) {
    const isa::Operands& at = here.operands;
    const isa::Flow flow = isa::line_of(here.op).flow;
    if (here.op == isa::Op::Pause || here.op == isa::Op::Wfi || here.op == isa::Op::Fence) {
        return true;
    }
    if (!turn.knows(at)) {
        return false;
    }
    if (flow == isa::Flow::Branch) {
        turn.decisive |= turn.looks[at.rs1] | turn.looks[at.rs2];
        return true;
    }
    if (flow == isa::Flow::Jump) {
        return at.rd == isa::sink_register;
    }
    if (flow != isa::Flow::Next && !is_load(here.op)) {
        return false;
    }
    turn.looks[at.rd] = is_load(here.op) ? bit : turn.looks[at.rs1] | turn.looks[at.rs2];
    turn.lasting[at.rd] = false;
    return true;
}

struct Loop {
    unsigned begin, end;  // halfwords; the last is the jump back
};

// The loop whose jump back comes first behind `k`.
bool find_loop(std::span<const u16> code, unsigned k, Loop& loop) {
    for (unsigned n = 0; n < longest && k < code.size(); ++n) {
        const isa::Decoded here = decode_at(code, k);
        const isa::Flow flow = isa::line_of(here.op).flow;
        if (flow == isa::Flow::Branch || flow == isa::Flow::Jump) {
            const i64 target = i64{k} + here.operands.imm / 2;
            if (target < i64{k}) {
                loop = {static_cast<unsigned>(std::max<i64>(target, 0)), k};
                return target >= 0;
            }
        } else if (flow == isa::Flow::JumpReg) {
            return false;
        }
        k += here.length / 2;
    }
    return false;
}

// Whether the loop does nothing but look, and a branch hangs on the load at halfword `k`, or on one
// that looks where `like` does.
bool waits(std::span<const u16> code, Loop loop, unsigned k, const isa::Decoded* like) {
    std::array<isa::Decoded, longest> body;
    unsigned count = 0, own = longest;
    for (unsigned at = loop.begin; at <= loop.end; at += body[count++].length / 2) {
        if (count == longest) {
            return false;
        }
        body[count] = decode_at(code, at);
        const isa::Operands& operands = body[count].operands;
        const bool same = like != nullptr && body[count].op == like->op &&
                          operands.rs1 == like->operands.rs1 && operands.imm == like->operands.imm;
        own = at == k || same ? count : own;
    }
    if (own == longest) {
        return false;
    }
    Turn turn;
    for (unsigned n = 0; n < count; ++n) {
        turn.lasting[body[n].operands.rd] = true;
    }
    turn.lasting[0] = turn.lasting[isa::sink_register] = false;
    for (unsigned n = 0; n < count; ++n) {
        if (!take(turn, body[n], u32{1} << n)) {
            return false;
        }
    }
    return (turn.decisive >> own & 1) != 0;
}

}  // namespace

bool waits_by(std::span<const u16> code, unsigned k) {
    const isa::Decoded here = decode_at(code, k);
    Loop loop;
    if (!is_load(here.op) || !find_loop(code, k, loop)) {
        return false;
    }
    if (loop.begin <= k) {
        return waits(code, loop, k, nullptr);
    }
    // in front: nothing but what moves registers lies between, and its address stays
    for (unsigned at = k + here.length / 2; at < loop.begin;) {
        const isa::Decoded next = decode_at(code, at);
        const isa::Flow flow = isa::line_of(next.op).flow;
        if ((flow != isa::Flow::Next && flow != isa::Flow::Branch && next.op != isa::Op::Pause) ||
            next.operands.rd == here.operands.rs1) {
            return false;
        }
        at += next.length / 2;
    }
    return here.operands.rd != here.operands.rs1 && waits(code, loop, k, &here);
}

}  // namespace stampede
