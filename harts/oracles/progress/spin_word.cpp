#include "harts/oracles/progress/spin_word.h"

#include <array>
#include <bit>

#include "harts/isa/instruction.h"
#include "harts/observe/stack_walk.h"

namespace stampede {
namespace {

constexpr u64 reach = 32;  // bytes of code on either side

std::optional<isa::Decoded> decode_at(const Ram& ram, const HartState& state, u64 pc) {
    std::array<u8, 4> bytes{};
    for (u64 half = 0; half < 4; half += 2) {  // the halves may lie on two pages
        const auto at = translate(ram, {state.mode, {state.csr.satp}}, pc + half);
        if (!at || !ram.contains(*at, 2)) {
            return std::nullopt;
        }
        ram.copy_out(*at, std::span(bytes).subspan(half, 2));
    }
    return isa::decode(std::bit_cast<u32>(bytes));
}

// The address that an instruction reads, if it reads memory.
std::optional<u64> address_read(const isa::Decoded& decoded, const HartState& state) {
    const isa::Line& line = isa::line_of(decoded.op);
    const u64 base = state.x[decoded.operands.rs1];
    if (line.flow != isa::Flow::Access) {
        return std::nullopt;
    }
    switch (line.format) {
    case isa::Format::I: return base + static_cast<u64>(i64{decoded.operands.imm});
    case isa::Format::Amo: return base;  // its immediate is aq and rl
    default: return std::nullopt;
    }
}

// Of the instructions from `begin` on, the last read in front of `end`; nothing where they do not
// end exactly there.
std::optional<u64> last_read(const Ram& ram, const HartState& state, u64 begin, u64 end) {
    std::optional<u64> address;
    while (begin < end) {
        const auto decoded = decode_at(ram, state, begin);
        if (!decoded || decoded->op == isa::Op::Illegal) {
            return std::nullopt;
        }
        const auto read = address_read(*decoded, state);
        address = read ? read : address;
        begin += decoded->length;
    }
    return begin == end ? address : std::nullopt;
}

}  // namespace

std::optional<u64> spin_word(const Ram& ram, const HartState& state, u64 pc) {
    for (u64 at = pc; at < pc + reach;) {
        const auto decoded = decode_at(ram, state, at);
        if (!decoded || isa::line_of(decoded->op).flow == isa::Flow::Jump ||
            isa::line_of(decoded->op).flow == isa::Flow::JumpReg) {
            break;
        }
        if (const auto address = address_read(*decoded, state)) {
            return address;
        }
        at += decoded->length;
    }
    for (u64 back = 2; back <= reach; back += 2) {
        if (const auto address = last_read(ram, state, pc - back, pc)) {
            return address;
        }
    }
    return std::nullopt;
}

}  // namespace stampede
