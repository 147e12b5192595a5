#include "harts/tests/programs/assembler.h"

#include <cassert>

#include "harts/isa/encode.h"

namespace stampede::programs {

using isa::Format;
using isa::Op;
using isa::Operands;

namespace {

u32 encode_or_die(Op op, const Operands& operands) {
    const auto word = isa::encode(op, operands);
    assert(word.has_value() && "operands that the encoding cannot hold");
    return *word;
}

bool loads_reserved(Op op) { return op == Op::LrW || op == Op::LrD; }

}  // namespace

Operands operands_in_text_order(Op op, i64 first, i64 second, i64 third) {
    const auto number = [](i64 value) { return static_cast<u8>(value); };
    const auto immediate = [](i64 value) { return static_cast<i32>(value); };
    if (op == Op::SfenceVma) {
        return {0, 0, number(first), number(second)};
    }
    if (op == Op::GuestCall || op == Op::RelaxedNext) {
        return {immediate(third), 0, number(second), 0};
    }
    switch (isa::line_of(op).format) {
    case Format::R: return {0, number(first), number(second), number(third)};
    case Format::I:
    case Format::Shift: return {immediate(third), number(first), number(second), 0};
    case Format::S: return {immediate(third), 0, number(second), number(first)};
    case Format::B: return {immediate(third), 0, number(first), number(second)};
    case Format::U:
    case Format::J: return {immediate(second), number(first), 0, 0};
    case Format::Csr:
    case Format::CsrImmediate: return {immediate(second), number(first), number(third), 0};
    case Format::Amo:
        return loads_reserved(op) ? Operands{0, number(first), number(second), 0}
                                  : Operands{0, number(first), number(third), number(second)};
    case Format::Fence: return {immediate(first), 0, 0, 0};
    case Format::None: return {0, 0, 0, 0};
    }
    return {0, 0, 0, 0};
}

Label Assembler::label() {
    labels_.emplace_back();
    return {labels_.size() - 1};
}

Label Assembler::bound_label() {
    const Label here = label();
    bind(here);
    return here;
}

void Assembler::bind(Label label) {
    assert(!labels_.at(label.number) && "a label stands in one place");
    labels_[label.number] = here();
}

u64 Assembler::address(Label label) const { return labels_.at(label.number).value(); }

void Assembler::emit(Op op, i64 first, i64 second, i64 third) {
    put(encode_or_die(op, operands_in_text_order(op, first, second, third)), 4);
}

void Assembler::emit_ordered(Op op, u32 ordering, i64 first, i64 second, i64 third) {
    Operands operands = operands_in_text_order(op, first, second, third);
    operands.imm = static_cast<i32>(ordering);
    put(encode_or_die(op, operands), 4);
}

void Assembler::emit(isa::CompressedOp op, const Operands& operands) {
    const auto halfword = isa::encode(op, operands);
    assert(halfword.has_value() && "operands that the encoding cannot hold");
    put(*halfword, 2);
}

void Assembler::branch(Op op, Register first, Register second, Label target) {
    fixups_.push_back({bytes_.size(), op, {0, 0, first, second}, target.number, here()});
    put(0, 4);
}

void Assembler::jump(Register link, Label target) {
    fixups_.push_back({bytes_.size(), Op::Jal, {0, link, 0, 0}, target.number, here()});
    put(0, 4);
}

void Assembler::load_address(Register rd, Label target) {
    const u64 origin = here();
    fixups_.push_back({bytes_.size(), Op::Auipc, {0, rd, 0, 0}, target.number, origin});
    put(0, 4);
    fixups_.push_back({bytes_.size(), Op::Addi, {0, rd, rd, 0}, target.number, origin});
    put(0, 4);
}

// Upper bits first, twelve at a time; a low part that is negative borrows from the upper.
void Assembler::load_immediate(Register rd, u64 value) {
    const auto low = static_cast<i64>(value << 52) >> 52;
    if (static_cast<i64>(value) == low) {
        emit(Op::Addi, rd, zero, low);
        return;
    }
    const u64 upper = value - static_cast<u64>(low);
    const auto word = static_cast<i32>(static_cast<u32>(upper));
    if (static_cast<i64>(upper) == word) {
        emit(Op::Lui, rd, word);
    } else {
        load_immediate(rd, static_cast<u64>(static_cast<i64>(upper) >> 12));
        emit(Op::Slli, rd, rd, 12);
    }
    if (low != 0) {
        emit(Op::Addi, rd, rd, low);
    }
}

void Assembler::raw_word(u32 word) { put(word, 4); }
void Assembler::raw_halfword(u16 half) { put(half, 2); }
void Assembler::data(u64 value) { put(value, 8); }

void Assembler::align(std::size_t bytes) {
    while (here() % bytes != 0) {
        put(0, 1);
    }
}

std::vector<u8> Assembler::finish() {
    for (Fixup& fixup : fixups_) {
        const auto distance =
            static_cast<i32>(static_cast<i64>(address({fixup.label}) - fixup.origin));
        const i32 low = static_cast<i32>(static_cast<u32>(distance) << 20) >> 20;
        fixup.operands.imm = fixup.op == Op::Auipc  ? distance - low
                             : fixup.op == Op::Addi ? low
                                                    : distance;
        overwrite(fixup.offset, encode_or_die(fixup.op, fixup.operands));
    }
    fixups_.clear();
    return bytes_;
}

void Assembler::put(u64 value, std::size_t bytes) {
    for (std::size_t n = 0; n < bytes; ++n) {
        bytes_.push_back(static_cast<u8>(value >> (8 * n)));
    }
}

void Assembler::overwrite(std::size_t offset, u32 word) {
    for (std::size_t n = 0; n < 4; ++n) {
        bytes_.at(offset + n) = static_cast<u8>(word >> (8 * n));
    }
}

}  // namespace stampede::programs
