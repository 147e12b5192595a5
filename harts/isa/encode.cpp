#include "harts/isa/encode.h"

namespace stampede::isa {
namespace {

u32 number_of(u8 destination) { return destination == sink_register ? 0 : destination; }

bool same(const Operands& a, const Operands& b) {
    return a.imm == b.imm && number_of(a.rd) == number_of(b.rd) && a.rs1 == b.rs1 && a.rs2 == b.rs2;
}

u32 bits_of(i32 imm, unsigned high, unsigned low) {
    return (static_cast<u32>(imm) >> low) & ((u32{2} << (high - low)) - 1);
}

u32 operand_bits(Format format, const Operands& d) {
    const u32 rd = number_of(d.rd) << 7;
    const u32 rs1 = u32{d.rs1} << 15;
    const u32 rs2 = u32{d.rs2} << 20;
    switch (format) {
    case Format::R: return rd | rs1 | rs2;
    case Format::I:
    case Format::Csr:
    case Format::CsrImmediate: return bits_of(d.imm, 11, 0) << 20 | rs1 | rd;
    case Format::S: return bits_of(d.imm, 11, 5) << 25 | bits_of(d.imm, 4, 0) << 7 | rs1 | rs2;
    case Format::B:
        return bits_of(d.imm, 12, 12) << 31 | bits_of(d.imm, 10, 5) << 25 |
               bits_of(d.imm, 4, 1) << 8 | bits_of(d.imm, 11, 11) << 7 | rs1 | rs2;
    case Format::U: return (static_cast<u32>(d.imm) & 0xffff'f000) | rd;
    case Format::J:
        return bits_of(d.imm, 20, 20) << 31 | bits_of(d.imm, 10, 1) << 21 |
               bits_of(d.imm, 11, 11) << 20 | bits_of(d.imm, 19, 12) << 12 | rd;
    case Format::Shift: return bits_of(d.imm, 5, 0) << 20 | rs1 | rd;
    case Format::Amo: return bits_of(d.imm, 1, 0) << 25 | rd | rs1 | rs2;
    case Format::Fence: return bits_of(d.imm, 11, 0) << 20;
    case Format::None: return 0;
    }
    return 0;
}

u32 register_bits(RegisterField field, u32 number) {
    switch (field) {
    case RegisterField::X0:
    case RegisterField::X1:
    case RegisterField::X2: return 0;
    case RegisterField::High: return number << 7;
    case RegisterField::Low: return number << 2;
    case RegisterField::HighPrime: return (number & 7) << 7;
    case RegisterField::LowPrime: return (number & 7) << 2;
    }
    return 0;
}

}  // namespace

// Both build the word and keep it only if it decodes to what was asked for.
std::optional<u32> encode(Op op, const Operands& operands) {
    const Line& line = line_of(op);
    const u32 word =
        line.pattern.match | (operand_bits(line.format, operands) & ~line.pattern.mask);
    const Decoded back = decode(word);
    if (back.op != op || !same(back.operands, operands)) {
        return std::nullopt;
    }
    return word;
}

std::optional<u16> encode(CompressedOp op, const Operands& operands) {
    const CompressedLine& line = compressed_lines.at(static_cast<std::size_t>(op));
    const u32 fields = register_bits(line.rd, number_of(operands.rd)) |
                       register_bits(line.rs1, operands.rs1) |
                       register_bits(line.rs2, operands.rs2) | line.immediate.scatter(operands.imm);
    const auto word = static_cast<u16>(line.pattern.match | (fields & ~line.pattern.mask));
    if (compressed_line(word) != &line || !same(decode(word).operands, operands)) {
        return std::nullopt;
    }
    return word;
}

}  // namespace stampede::isa
