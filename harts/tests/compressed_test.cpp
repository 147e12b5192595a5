// What every compressed instruction does, executed. Expected values are worked out from the
// unprivileged specification, chapter "C". Jumps and branches are in control_flow_test.cpp.
#include "harts/isa/compressed.h"

#include "harts/tests/guest.h"

namespace stampede {
namespace {

using isa::CompressedOp;
using isa::Op;
using namespace programs;

constexpr u64 data = Guest::data;

INSTRUCTION_TESTS(Compressed);

struct Case {
    CompressedOp op;
    isa::Operands operands;  // imm, rd, rs1, rs2
    u64 first;               // in a0, the destination
    u64 second;              // in a1
    u64 expected;            // in a0
};

TEST_P(Compressed, computations) {
    constexpr u64 ones = ~u64{0};
    const Case cases[] = {
        {CompressedOp::CNop, {0, 0, 0, 0}, 7, 0, 7},
        {CompressedOp::CNopHint, {5, 0, 0, 0}, 7, 0, 7},
        {CompressedOp::CAddi, {-32, a0, a0, 0}, 2, 0, static_cast<u64>(-30)},
        {CompressedOp::CAddi, {31, a0, a0, 0}, ones, 0, 30},
        {CompressedOp::CAddiw, {1, a0, a0, 0}, 0x7fff'ffff, 0, 0xffff'ffff'8000'0000},
        {CompressedOp::CAddiw, {0, a0, a0, 0}, 0x1'ffff'ffff, 0, ones},
        {CompressedOp::CLi, {-32, a0, 0, 0}, 9, 0, static_cast<u64>(-32)},
        {CompressedOp::CLui,
         {static_cast<i32>(0xfffe'0000), a0, 0, 0},
         9,
         0,
         0xffff'ffff'fffe'0000},
        {CompressedOp::CLui, {0x1'f000, a0, 0, 0}, 9, 0, 0x1'f000},
        {CompressedOp::CAddi4spn, {1020, a0, sp, 0}, 9, 0, 0x4000 + 1020},
        {CompressedOp::CAddi4spn, {4, a0, sp, 0}, 9, 0, 0x4004},
        {CompressedOp::CSrli, {63, a0, a0, 0}, ones, 0, 1},
        {CompressedOp::CSrli64, {0, a0, a0, 0}, ones, 0, ones},
        {CompressedOp::CSrai, {63, a0, a0, 0}, u64{1} << 63, 0, ones},
        {CompressedOp::CSrai64, {0, a0, a0, 0}, 5, 0, 5},
        {CompressedOp::CAndi, {-2, a0, a0, 0}, 0xff, 0, 0xfe},
        {CompressedOp::CSub, {0, a0, a0, a1}, 3, 5, static_cast<u64>(-2)},
        {CompressedOp::CXor, {0, a0, a0, a1}, 0xff00, 0x0ff0, 0xf0f0},
        {CompressedOp::COr, {0, a0, a0, a1}, 0xff00, 0x0ff0, 0xfff0},
        {CompressedOp::CAnd, {0, a0, a0, a1}, 0xff00, 0x0ff0, 0x0f00},
        {CompressedOp::CSubw, {0, a0, a0, a1}, 0, 0x1'0000'0001, ones},
        {CompressedOp::CAddw, {0, a0, a0, a1}, 0x7fff'ffff, 1, 0xffff'ffff'8000'0000},
        {CompressedOp::CSlli, {63, a0, a0, 0}, 3, 0, u64{1} << 63},
        {CompressedOp::CSlli64, {0, a0, a0, 0}, 3, 0, 3},
        {CompressedOp::CMv, {0, a0, 0, a1}, 3, 5, 5},
        {CompressedOp::CAdd, {0, a0, a0, a1}, 3, 5, 8},
        {CompressedOp::CLi, {5, 0, 0, 0}, 3, 0, 3},  // from here on hints: no effect
        {CompressedOp::CLui, {0x5000, 0, 0, 0}, 3, 0, 3},
        {CompressedOp::CMv, {0, 0, 0, a1}, 3, 5, 3},
        {CompressedOp::CAdd, {0, 0, 0, a1}, 3, 5, 3},
        {CompressedOp::CSlli, {5, 0, 0, 0}, 3, 0, 3},
        {CompressedOp::CAddi, {0, a0, a0, 0}, 3, 0, 3},
    };
    for (const Case& one : cases) {
        Guest guest;
        guest.li(sp, 0x4000);
        guest.li(a0, one.first);
        guest.li(a1, one.second);
        guest.a.emit(one.op, one.operands);
        guest.run(GetParam());
        const auto mnemonic = isa::compressed_lines.at(static_cast<std::size_t>(one.op)).mnemonic;
        EXPECT_EQ(guest.x(a0), one.expected) << mnemonic;
        EXPECT_EQ(guest.x(zero), 0u) << mnemonic;
        EXPECT_EQ(guest.x(sp), 0x4000u) << mnemonic;
    }
}

TEST_P(Compressed, addi16sp_moves_the_stack_pointer) {
    Guest guest;
    guest.li(sp, 0x4000);
    guest.a.emit(CompressedOp::CAddi16sp, {-512, sp, sp, 0});
    guest.emit(Op::Addi, a0, sp, 0);
    guest.a.emit(CompressedOp::CAddi16sp, {496, sp, sp, 0});
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 0x3e00u);
    EXPECT_EQ(guest.x(sp), 0x3ff0u);
}

TEST_P(Compressed, loads_and_stores_scale_their_offsets) {
    Guest guest;
    constexpr u64 value = 0xf122'3344'8566'7788;
    guest.li(s0, data);
    guest.li(sp, data + 1024);
    guest.li(a0, value);
    guest.a.emit(CompressedOp::CSd, {248, 0, s0, a0});
    guest.a.emit(CompressedOp::CSw, {124, 0, s0, a0});
    guest.a.emit(CompressedOp::CSdsp, {504, 0, sp, a0});
    guest.a.emit(CompressedOp::CSwsp, {252, 0, sp, a0});
    guest.a.emit(CompressedOp::CLd, {248, a1, s0, 0});
    guest.a.emit(CompressedOp::CLw, {124, a2, s0, 0});
    guest.a.emit(CompressedOp::CLdsp, {504, t3, sp, 0});
    guest.a.emit(CompressedOp::CLwsp, {252, t4, sp, 0});
    guest.run(GetParam());
    EXPECT_EQ(guest.memory(data + 248), value);
    EXPECT_EQ(guest.memory(data + 120), 0x8566'7788'0000'0000u);
    EXPECT_EQ(guest.memory(data + 1024 + 504), value);
    EXPECT_EQ(guest.memory(data + 1024 + 248), 0x8566'7788'0000'0000u);
    EXPECT_EQ(guest.x(a1), value);
    EXPECT_EQ(guest.x(a2), 0xffff'ffff'8566'7788u);
    EXPECT_EQ(guest.x(t3), value);
    EXPECT_EQ(guest.x(t4), 0xffff'ffff'8566'7788u);
}

TEST_P(Compressed, reserved_words_are_illegal_and_report_their_16_bits) {
    // all zeros; c.addi4spn, c.lui and c.addi16sp of 0; c.addiw, c.lwsp, c.ldsp to x0; c.jr x0;
    // what F, D and reserved rows would be
    for (const u16 word : {0x0000, 0x0008, 0x6501, 0x6101, 0x2005, 0x4002, 0x6002, 0x8002, 0x2000,
                           0xa000, 0x8000, 0x9c41, 0x2002, 0xa002}) {
        Guest guest;
        const u64 pc = guest.a.here();
        guest.a.raw_halfword(word);
        guest.a.emit(CompressedOp::CNop, {0, 0, 0, 0});
        guest.run(GetParam());
        guest.expect_machine_trap(2, pc, word);
    }
}

TEST_P(Compressed, ebreak_traps) {
    Guest guest;
    const u64 pc = guest.a.here();
    guest.a.emit(CompressedOp::CEbreak, {0, 0, 0, 0});
    guest.run(GetParam());
    EXPECT_EQ(guest.csrs().mcause, 3u);
    EXPECT_EQ(guest.csrs().mepc, pc);
}

}  // namespace
}  // namespace stampede
