// Items that compute or branch.
#include "harts/isa/instruction.h"
#include "harts/tests/programs/generator_context.h"

namespace stampede::programs {

using isa::CompressedOp;
using isa::Flow;
using isa::Op;

namespace {

// A line of the table whose instruction only computes.
Op random_computation(Random& random) {
    while (true) {
        const isa::Line& line = isa::lines.at(random.below(isa::op_count));
        if (line.flow == Flow::Next && line.op != Op::Fence) {
            return line.op;
        }
    }
}

u32 random_word(GeneratorContext& context, Op op) {
    const isa::Pattern& pattern = isa::line_of(op).pattern;
    while (true) {
        u32 word = (static_cast<u32>(context.random.bits()) & ~pattern.mask) | pattern.match;
        word = (word & ~(u32{31} << 7)) | u32{context.destination()} << 7;
        if (isa::decode(word).op == op) {  // and no line that refines it
            return word;
        }
    }
}

u16 random_compressed_computation(GeneratorContext& context) {
    while (true) {
        const auto halfword = static_cast<u16>(context.random.bits());
        const isa::Decoded decoded = isa::decode(halfword);
        if (decoded.length == 2 && decoded.op != Op::Illegal &&
            isa::line_of(decoded.op).flow == Flow::Next &&
            (decoded.operands.rd == isa::sink_register || context.may_write(decoded.operands.rd))) {
            return halfword;
        }
    }
}

}  // namespace

void write_computation(GeneratorContext& context) {
    context.out.begin();
    switch (context.random.below(10)) {
    case 0:
        context.out.load_immediate(context.destination(), interesting_value(context.random));
        break;
    case 1:
    case 2:
    case 3: context.out.halfword(random_compressed_computation(context)); break;
    default: context.out.word(random_word(context, random_computation(context.random)));
    }
}

void write_branch(GeneratorContext& context) {
    Random& random = context.random;
    ItemWriter& out = context.out;
    const auto compressed_register = [&] { return static_cast<u8>(8 + random.below(8)); };
    out.begin();
    const u32 target = context.target_ahead();
    switch (random.below(10)) {
    case 0: out.jump(CompressedOp::CBeqz, {0, 0, compressed_register(), 0}, target); break;
    case 1: out.jump(CompressedOp::CBnez, {0, 0, compressed_register(), 0}, target); break;
    case 2: out.jump(CompressedOp::CJ, {0, 0, 0, 0}, target); break;
    case 3: out.jump(Op::Jal, {0, context.destination(), 0, 0}, target); break;
    case 4: {
        const u8 address = context.scratch();
        out.load_address(address, target);
        switch (random.below(3)) {
        case 0:
            out.emit(Op::Jalr, context.destination(), address, random.below(2));
            break;                                                             // bit 0 is cleared
        case 1: out.halfword(static_cast<u16>(0x8002 | address << 7)); break;  // c.jr
        default: out.halfword(static_cast<u16>(0x9002 | address << 7));        // c.jalr
        }
        break;
    }
    default:
        out.jump(random.one_of({Op::Beq, Op::Bne, Op::Blt, Op::Bge, Op::Bltu, Op::Bgeu}),
                 {0, 0, context.source(), context.source()}, target);
    }
}

}  // namespace stampede::programs
