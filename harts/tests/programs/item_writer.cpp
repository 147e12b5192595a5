#include "harts/tests/programs/item_writer.h"

#include <cstring>

#include "harts/isa/encode.h"

namespace stampede::programs {

using isa::Op;
using Kind = BodyInstruction::Kind;

void ItemWriter::emit(Op op, i64 first, i64 second, i64 third) {
    word(isa::encode(op, operands_in_text_order(op, first, second, third)).value());
}

void ItemWriter::emit_ordered(Op op, u32 ordering, i64 first, i64 second, i64 third) {
    isa::Operands operands = operands_in_text_order(op, first, second, third);
    operands.imm = static_cast<i32>(ordering);
    word(isa::encode(op, operands).value());
}

void ItemWriter::load_immediate(u8 rd, u64 value) {
    Assembler assembler(0);
    assembler.load_immediate(static_cast<Register>(rd), value);
    const auto bytes = assembler.finish();
    for (std::size_t at = 0; at < bytes.size(); at += 4) {
        u32 bits = 0;
        std::memcpy(&bits, &bytes[at], 4);
        word(bits);
    }
}

void ItemWriter::jump(Op op, const isa::Operands& operands, u32 target) {
    put({.kind = Kind::Jump, .op = op, .operands = operands, .target = target});
}

void ItemWriter::jump(isa::CompressedOp op, const isa::Operands& operands, u32 target) {
    put({.kind = Kind::CompressedJump, .compressed = op, .operands = operands, .target = target});
}

void ItemWriter::load_address(u8 rd, u32 target) {
    emit(Op::Auipc, rd, 0);
    put({.kind = Kind::AddressLow, .operands = {0, rd, rd, 0}, .target = target});
}

}  // namespace stampede::programs
