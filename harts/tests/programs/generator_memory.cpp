// Items that access memory.
#include "harts/core/csr_numbers.h"
#include "harts/isa/instruction.h"
#include "harts/tests/programs/generator_context.h"
#include "harts/tests/programs/memory_map.h"

namespace stampede::programs {

using isa::Op;

namespace {

constexpr std::array loads{Op::Lb, Op::Lh, Op::Lw, Op::Ld, Op::Lbu, Op::Lhu, Op::Lwu};
constexpr std::array stores{Op::Sb, Op::Sh, Op::Sw, Op::Sd};

Op random_amo(Random& random) {
    const auto first = static_cast<u64>(Op::AmoswapW);
    return static_cast<Op>(first + random.below(static_cast<u64>(Op::AmomaxuD) - first + 1));
}

void emit_access(GeneratorContext& context, u8 base, i64 offset) {
    if (context.random.chance(50)) {
        context.out.emit(context.random.one_of(std::span<const Op>(loads)), context.destination(),
                         base, offset);
    } else {
        context.out.emit(context.random.one_of(std::span<const Op>(stores)), context.source(), base,
                         offset);
    }
}

// Loads and stores of all forms through `base`, the address in it being the access's.
void emit_any_access(GeneratorContext& context, u8 base) {
    if (context.random.chance(25)) {
        context.out.emit_ordered(random_amo(context.random),
                                 static_cast<u32>(context.random.below(4)), context.destination(),
                                 context.source(), base);
    } else {
        emit_access(context, base, 0);
    }
}

u16 random_compressed_access(GeneratorContext& context) {
    while (true) {
        const auto halfword = static_cast<u16>(context.random.bits());
        const isa::Decoded decoded = isa::decode(halfword);
        const isa::Operands& d = decoded.operands;
        if (decoded.length == 2 && decoded.op != Op::Illegal &&
            isa::line_of(decoded.op).flow == isa::Flow::Access &&
            (d.rd == isa::sink_register || context.may_write(d.rd)) &&
            (GeneratorContext::is_pointer(d.rs1) ||
             (context.addressing == Addressing::Translated && context.random.chance(20)))) {
            return halfword;
        }
    }
}

// LR, perhaps something that computes, SC to the same address. The page is one that does not fault:
// what an SC without a reservation does first is left to implementations.
void emit_reserved_pair(GeneratorContext& context) {
    Random& random = context.random;
    ItemWriter& out = context.out;
    const u8 address = context.scratch();
    const u8 loaded = context.scratch(address);
    if (context.addressing == Addressing::Bare) {
        out.emit(Op::Andi, address, context.pointer(), -8);
    } else {
        const u64 page = context.mode == Privilege::User ? sound_user_page : sound_supervisor_page;
        out.load_immediate(address,
                           data_4k_window + page * page_size + random.below(page_size / 8) * 8);
    }
    const bool wide = random.chance(50);
    const auto ordering = [&] { return static_cast<u32>(random.below(4)); };
    out.emit_ordered(wide ? Op::LrD : Op::LrW, ordering(), loaded, address);
    if (random.chance(50)) {
        out.emit(Op::Addi, loaded, loaded, static_cast<i64>(random.below(64)));
    }
    out.emit_ordered(wide ? Op::ScD : Op::ScW, ordering(), context.scratch(address),
                     context.source(), address);
}

}  // namespace

void write_access(GeneratorContext& context) {
    Random& random = context.random;
    context.out.begin();
    if (random.chance(35)) {
        context.out.halfword(random_compressed_access(context));
        return;
    }
    const bool wild = context.addressing == Addressing::Translated && random.chance(15);
    const u8 base = wild ? context.source() : context.pointer();
    const auto offset = static_cast<i64>(random.below(random.chance(60) ? 64 : 4096));
    const i64 centred = offset - (offset > 63 ? 2048 : 32);
    emit_access(context, base, random.chance(50) ? centred & ~i64{7} : centred);
}

void write_atomic(GeneratorContext& context) {
    Random& random = context.random;
    ItemWriter& out = context.out;
    out.begin();
    switch (random.below(4)) {
    case 0: emit_reserved_pair(context); break;
    case 1:
        out.word(isa::line_of(Op::Fence).pattern.match | static_cast<u32>(random.below(256)) << 20);
        break;
    default: {
        const u8 address = context.scratch();
        if (random.chance(75)) {
            out.emit(Op::Andi, address, context.pointer(), random.chance(70) ? -8 : -4);
        } else {
            out.emit(Op::Addi, address, context.pointer(), static_cast<i64>(random.below(16)));
        }
        out.emit_ordered(random_amo(random), static_cast<u32>(random.below(4)),
                         context.destination(), context.source(), address);
    }
    }
}

void write_bad_access(GeneratorContext& context) {
    Random& random = context.random;
    const u8 address = context.scratch();
    context.out.begin();
    const u64 nowhere =
        random.chance(50) ? past_memory + random.below(u64{1} << 30) : random.bits() | u64{1} << 40;
    if (context.addressing == Addressing::Bare) {
        context.out.load_immediate(address, nowhere & ~u64{7});
        emit_access(context, address, 0);  // no AMO: there QEMU calls it a load's fault
    } else {
        context.out.load_immediate(address, random_data_address(random));
        emit_any_access(context, address);
    }
}

// One access in M-mode with MPP's privilege and translation.
void write_borrowed_privilege(GeneratorContext& context) {
    Random& random = context.random;
    ItemWriter& out = context.out;
    out.begin();
    const u8 address = context.scratch();
    const u8 bits = context.scratch(address);
    const u64 mode = random.one_of<u64>({0, 1, 1, 3});
    const bool translated = mode != 3 && context.body.satp != 0;
    out.load_immediate(address, translated ? random_data_address(random) : context.pointer_value());
    out.load_immediate(bits, csr::status_mpp);
    out.emit(Op::Csrrc, zero, csr::mstatus, bits);
    out.load_immediate(bits, csr::status_mprv | mode << csr::status_mpp_shift);
    out.emit(Op::Csrrs, zero, csr::mstatus, bits);
    emit_any_access(context, address);
    out.load_immediate(bits, csr::status_mprv);
    out.emit(Op::Csrrc, zero, csr::mstatus, bits);
}

// Stores an instruction over the item's last one, then executes it.
void write_modification(GeneratorContext& context) {
    Random& random = context.random;
    ItemWriter& out = context.out;
    out.begin();
    const u8 address = context.scratch();
    const u8 word = context.scratch(address);
    const u8 rd = context.destination();
    const auto addi = [&](i64 imm) {
        return 0x13u | u32{rd} << 7 | u32{rd} << 15 | static_cast<u32>(imm) << 20;
    };
    out.emit(Op::Auipc, address, 0);
    const u32 fresh = addi(static_cast<i64>(random.below(2048)));
    // lui and addi always, so that the distance is known
    const auto low = static_cast<i32>(fresh << 20) >> 20;
    out.emit(Op::Lui, word, static_cast<i32>(fresh - static_cast<u32>(low)));
    out.emit(Op::Addi, word, word, low);
    out.emit(Op::Sw, word, address, 6 * 4);
    if (random.chance(50)) {
        out.emit(Op::FenceI);
    } else {
        out.word(0x0040'006f);  // jal zero, +4: what comes next is fetched anew
    }
    out.emit(Op::Addi, zero, zero, 0);
    out.word(addi(1));
}

}  // namespace stampede::programs
