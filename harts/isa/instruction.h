// What the instruction table says, as types.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "harts/base/types.h"

namespace stampede::isa {

enum class Op : u8 {
#define INSN(id, ...) id,
#include "harts/isa/instructions.inc"
#undef INSN
    Illegal
};
inline constexpr std::size_t op_count = static_cast<std::size_t>(Op::Illegal);

enum class Format : u8 { R, I, S, B, U, J, Shift, Csr, CsrImmediate, Amo, Fence, None };
enum class Flow : u8 { Next, Access, Branch, Jump, JumpReg, System };

// How many words match: (word & mask) == match.
struct Pattern {
    u32 mask = 0;
    u32 match = 0;
    [[nodiscard]] constexpr bool accepts(u32 word) const { return (word & mask) == match; }
};

// An encoding as the table draws it: '0' and '1' are fixed, letters are operands. Length 32 or 16.
consteval Pattern parse_pattern(std::string_view bits) {
    if (bits.size() != 32 && bits.size() != 16) {
        throw "an encoding has 32 or 16 bits";
    }
    Pattern pattern;
    for (std::size_t n = 0; n < bits.size(); ++n) {
        const u32 bit = u32{1} << (bits.size() - 1 - n);
        pattern.mask |= (bits[n] == '0' || bits[n] == '1') ? bit : 0;
        pattern.match |= bits[n] == '1' ? bit : 0;
    }
    return pattern;
}

struct Line {
    Op op;
    std::string_view mnemonic;
    Format format;
    Pattern pattern;
    Flow flow;
};

inline constexpr std::array<Line, op_count + 1> lines{{
#define INSN(id, mnemonic, format, encoding, extension, flow) \
    {Op::id, mnemonic, Format::format, parse_pattern(encoding), Flow::flow},
#include "harts/isa/instructions.inc"
#undef INSN
    {Op::Illegal, "illegal", Format::None, {~u32{0}, 0}, Flow::System},
}};

constexpr const Line& line_of(Op op) { return lines[static_cast<std::size_t>(op)]; }

// x0 as a destination: decoding renames it to a register that nobody reads.
inline constexpr u8 sink_register = 32;

// imm: the immediate, sign-extended; for Shift the amount; for Csr* the CSR number (unsigned); for
// Amo bit 1 aq, bit 0 rl; for Fence the upper 12 bits of the word (fm, pred, succ). rs1 is the
// 5-bit constant in CsrImmediate. Registers that a format does not have are 0, as a destination the
// sink.
struct Operands {
    i32 imm;
    u8 rd;
    u8 rs1;
    u8 rs2;
};

// One decoded instruction; length is 2 or 4 bytes, also for Op::Illegal.
struct Decoded {
    Op op;
    u8 length;
    Operands operands;
};

// `word` is as fetched: 32 bits, of which a compressed instruction uses the low 16. Pure; any
// thread.
[[nodiscard]] Decoded decode(u32 word);

}  // namespace stampede::isa
