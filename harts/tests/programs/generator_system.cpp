// Items about privileges: CSRs, traps, translation.
#include "harts/core/csr_numbers.h"
#include "harts/isa/instruction.h"
#include "harts/tests/programs/generator_context.h"
#include "harts/tests/programs/memory_map.h"

namespace stampede::programs {

using isa::Op;

namespace {

constexpr u64 all_bits = ~u64{0};
// of mepc and sepc; QEMU 7.2 keeps bit 0, which the specification wants zero
constexpr u64 address_bits = ~u64{1};

// A CSR that a body may read, and the bits it may write.
struct UsableCsr {
    u32 number;
    u64 writable;
};

// Left out: counters (not a function of the program), what QEMU has more of (mvendorid, menvcfg,
// PMP), and what the runtime relies on (mtvec, mscratch, stvec are read only).
std::vector<UsableCsr> usable_csrs(u64 interrupt) {
    constexpr u64 supervisor_status =
        csr::status_sie | csr::status_spie | csr::status_spp | csr::status_sum | csr::status_mxr;
    constexpr u64 machine_status = supervisor_status | csr::status_mie | csr::status_mpie |
                                   csr::status_tvm | csr::status_tw | csr::status_tsr;
    return {{csr::sstatus, supervisor_status},
            {csr::sie, interrupt},
            {csr::sip, interrupt},
            {csr::sscratch, all_bits},
            {csr::sepc, address_bits},
            {csr::scause, all_bits},
            {csr::stval, all_bits},
            {csr::stvec, 0},
            {csr::satp, 0},
            {csr::mstatus, machine_status},
            {csr::mie, interrupt},
            {csr::mip, interrupt},
            {csr::mepc, address_bits},
            {csr::mcause, all_bits},
            {csr::mtval, all_bits},
            {csr::medeleg, 0xb1ff},
            {csr::mhartid, 0},
            {csr::mtvec, 0},
            {csr::mscratch, 0}};
}

// Reads and writes; the operand's bits are such that only writable ones change.
void emit_csr_write(GeneratorContext& context, const UsableCsr& csr) {
    Random& random = context.random;
    ItemWriter& out = context.out;
    if (csr.writable == 0) {
        out.emit(Op::Csrrs, context.destination(), csr.number, zero);
        return;
    }
    const u64 value = (random.chance(50) ? all_bits : random.bits()) & csr.writable;
    if (value < 32 && random.chance(50)) {
        out.emit(random.one_of({Op::Csrrsi, Op::Csrrci}), context.destination(), csr.number,
                 static_cast<i64>(value));
        return;
    }
    const u8 operand = context.scratch();
    out.load_immediate(operand, value);
    const bool whole = csr.writable >= address_bits && random.chance(50);
    out.emit(whole ? Op::Csrrw : random.one_of({Op::Csrrs, Op::Csrrc}), context.destination(),
             csr.number, operand);
}

// A descent to U may have failed (TSR): then S would carry out what is meant to trap.
bool certainly_user(const GeneratorContext& context) {
    return context.body.mode == Privilege::User;
}

// Writes a CSR that no hart has, that may not be written, or that belongs to more privilege than
// there is.
void emit_csr_trap(GeneratorContext& context) {
    std::vector<u32> numbers{csr::mhartid, csr::cycle, 0x5c0, 0x9c0, 0x800, 0x003};
    if (context.mode != Privilege::Machine) {
        numbers.insert(numbers.end(), {csr::mstatus, csr::mscratch, csr::mtvec, csr::medeleg});
    }
    if (certainly_user(context)) {
        numbers.insert(numbers.end(), {csr::sstatus, csr::satp, csr::sscratch, csr::stvec});
    }
    Random& random = context.random;
    context.out.emit(random.one_of({Op::Csrrwi, Op::Csrrsi}), context.destination(),
                     random.one_of(std::span<const u32>(numbers)),
                     1 + static_cast<i64>(random.below(15)));
}

// wfi with interrupts off but one pending and enabled, so that it goes on at once.
void emit_wait(GeneratorContext& context) {
    ItemWriter& out = context.out;
    const u8 bit = context.scratch();
    out.emit(Op::Csrrci, zero, csr::mstatus, csr::status_mie);
    out.load_immediate(bit, context.interrupt);
    out.emit(Op::Csrrs, zero, csr::mie, bit);
    out.emit(Op::Csrrs, zero, csr::mip, bit);
    out.emit(Op::Wfi);
    if (context.random.chance(50)) {
        out.emit(Op::Csrrsi, zero, csr::mstatus, csr::status_mie);
    }
}

u32 random_illegal_word(Random& random) {
    while (true) {
        const auto word = static_cast<u32>(random.bits()) | 3;
        if (isa::decode(word).op == Op::Illegal) {
            return word;
        }
    }
}

u16 random_illegal_halfword(Random& random) {
    while (true) {
        const auto halfword = static_cast<u16>(random.bits());
        const isa::Decoded decoded = isa::decode(halfword);
        if (decoded.op == Op::Illegal && decoded.length == 2) {
            return halfword;
        }
    }
}

}  // namespace

void write_csr(GeneratorContext& context) {
    context.out.begin();
    if (context.random.chance(15)) {
        emit_csr_trap(context);
        return;
    }
    const auto csrs = usable_csrs(context.interrupt);
    const UsableCsr& csr = csrs[context.random.below(csrs.size())];
    if (((csr.number >> 8) & 3) > static_cast<u32>(context.mode) && context.random.chance(80)) {
        return;  // a trap: not too often
    }
    emit_csr_write(context, csr);
}

void write_trap(GeneratorContext& context) {
    Random& random = context.random;
    ItemWriter& out = context.out;
    out.begin();
    switch (random.below(8)) {
    case 0: out.emit(Op::Ecall); break;
    case 1: out.emit(Op::Ebreak); break;
    case 2: out.halfword(0x9002); break;  // c.ebreak
    case 3: out.word(random_illegal_word(random)); break;
    case 4: out.halfword(random_illegal_halfword(random)); break;
    case 5:
        if (context.mode == Privilege::User) {  // illegal
            out.emit(
                random.one_of({Op::Mret, Op::Sret, certainly_user(context) ? Op::Wfi : Op::Sret}));
        } else if (context.mode == Privilege::Supervisor) {
            out.emit(Op::Mret);
        }
        break;
    case 6:
        if (context.mode == Privilege::User) {
            out.emit(Op::SfenceVma, context.source(), context.source());
        } else if (context.mode == Privilege::Machine) {
            emit_wait(context);
        }
        break;
    default: out.emit(random.one_of({Op::Pause, Op::Fence, Op::FenceI}));
    }
}

namespace {

// Accesses a page, has its entry changed and the change made known, and accesses it again.
void write_remapping(GeneratorContext& context) {
    Random& random = context.random;
    ItemWriter& out = context.out;
    const auto number = static_cast<unsigned>(random.below(poke_services));
    const u8 address = context.scratch();
    const u64 page = context.body.services.at(number).virtual_address & ~page_offset_mask;
    const bool stores = random.chance(30);
    const auto access = [&] {
        stores ? out.emit(Op::Sb, context.source(), address, 0)
               : out.emit(Op::Lbu, context.scratch(address), address, 0);
    };
    out.load_immediate(address, page + random.below(page_size));
    if (context.addressing == Addressing::Translated) {
        access();
    }
    out.service(number);
    if (context.addressing == Addressing::Translated) {
        access();
    }
}

// Code of the other privilege, which S and U both may not execute, whatever SUM says.
u64 forbidden_code(GeneratorContext& context) {
    const u64 code = code_base - runtime_base;
    if (context.mode == Privilege::Supervisor && context.random.chance(40)) {
        return context.random.one_of({user_code_2m, user_code_1g}) + code;
    }
    if (certainly_user(context) && context.random.chance(40)) {
        return context.random.one_of({supervisor_code_2m, supervisor_code_1g}) + code;
    }
    return random_unfetchable_address(context.random);
}

}  // namespace

void write_wild_jump(GeneratorContext& context) {
    if (context.mode == Privilege::Machine) {
        return;
    }
    context.out.begin();
    const u8 address = context.scratch();
    const bool bare = context.addressing == Addressing::Bare;
    context.out.load_immediate(
        address, bare ? past_memory + context.random.below(u64{1} << 30) : forbidden_code(context));
    context.out.emit(Op::Jalr, context.destination(), address, 0);
}

void write_translation_change(GeneratorContext& context) {
    Random& random = context.random;
    ItemWriter& out = context.out;
    out.begin();
    switch (random.below(4)) {
    case 0: write_remapping(context); break;
    case 1:
        out.service(poke_services + static_cast<unsigned>(random.below(status_services)));
        break;
    case 2:
        if (context.mode == Privilege::Supervisor) {
            out.emit(Op::SfenceVma, context.source(), context.source());
        }
        break;
    default:
        if (context.mode == Privilege::Supervisor && context.addressing == Addressing::Translated) {
            const u8 value = context.scratch();
            const Space space = random.one_of({Space::First, Space::Second});
            out.load_immediate(value,
                               satp_of(space, context.asids.at(static_cast<std::size_t>(space))));
            out.emit(Op::Csrrw, context.destination(), csr::satp, value);
        }
    }
}

void write_descent(GeneratorContext& context, Privilege to, u64 window) {
    ItemWriter& out = context.out;
    out.begin(Removal::Forbidden);
    const u8 address = context.scratch();
    const u8 bits = context.scratch(address);
    const bool by_sret = context.mode == Privilege::Supervisor;
    out.load_address(address, out.next_id());
    // From this mode's window to the other's.
    const u64 from = context.window;
    const u64 distance =
        (window == 0 ? 0 : window - runtime_base) - (from == 0 ? 0 : from - runtime_base);
    out.load_immediate(bits, distance);
    out.emit(Op::Add, address, address, bits);
    out.emit(Op::Csrrw, zero, by_sret ? csr::sepc : csr::mepc, address);
    out.load_immediate(bits, by_sret ? csr::status_spp : csr::status_mpp);
    out.emit(Op::Csrrc, zero, by_sret ? csr::sstatus : csr::mstatus, bits);
    if (!by_sret) {
        out.load_immediate(bits, static_cast<u64>(to) << csr::status_mpp_shift);
        out.emit(Op::Csrrs, zero, csr::mstatus, bits);
    }
    out.emit(by_sret ? Op::Sret : Op::Mret);
    context.mode = to;
    context.window = window;
    out.begin(Removal::Forbidden);
    for (const u8 pointer : GeneratorContext::pointers) {
        out.load_immediate(pointer, context.pointer_value());
    }
}

}  // namespace stampede::programs
