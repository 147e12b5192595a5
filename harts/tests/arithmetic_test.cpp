// What every instruction on registers gives, at its corners. Expected values are worked out from
// the unprivileged specification.
#include "harts/tests/guest.h"

namespace stampede {
namespace {

using isa::Op;
using namespace programs;

constexpr u64 ones = ~u64{0};
constexpr u64 least = u64{1} << 63;
constexpr u64 most = least - 1;
constexpr u64 word_least = 0xffff'ffff'8000'0000;  // -2^31, sign-extended
constexpr u64 word_most = 0x7fff'ffff;

struct Case {
    Op op;
    u64 first;
    u64 second;  // rs2's value, or the immediate
    u64 expected;
};

INSTRUCTION_TESTS(Arithmetic);

// Each case's result is stored, so that one program holds them all.
template <class Emit>
void check(std::span<const Case> cases, u64 slice, Emit emit_case) {
    Guest guest;
    guest.li(s0, Guest::data);
    for (std::size_t n = 0; n < cases.size(); ++n) {
        guest.li(a1, cases[n].first);
        emit_case(guest, cases[n]);
        guest.emit(Op::Sd, a0, s0, 0);
        guest.emit(Op::Addi, s0, s0, 8);
    }
    guest.run(slice);
    for (std::size_t n = 0; n < cases.size(); ++n) {
        EXPECT_EQ(guest.memory(Guest::data + 8 * n), cases[n].expected)
            << isa::line_of(cases[n].op).mnemonic << " " << std::hex << cases[n].first << ", "
            << cases[n].second;
    }
}

void check_registers(std::span<const Case> cases, u64 slice) {
    check(cases, slice, [](Guest& guest, const Case& one) {
        guest.li(a2, one.second);
        guest.emit(one.op, a0, a1, a2);
    });
}

void check_immediates(std::span<const Case> cases, u64 slice) {
    check(cases, slice, [](Guest& guest, const Case& one) {
        guest.emit(one.op, a0, a1, static_cast<i64>(one.second));
    });
}

TEST_P(Arithmetic, integer_register_instructions) {
    const Case cases[] = {
        {Op::Add, most, 1, least},   {Op::Add, ones, 1, 0},
        {Op::Sub, 0, 1, ones},       {Op::Sub, least, 1, most},
        {Op::Sll, 1, 63, least},     {Op::Sll, 1, 64, 1},
        {Op::Sll, 1, ones, least},   {Op::Slt, least, most, 1},
        {Op::Slt, most, least, 0},   {Op::Slt, 5, 5, 0},
        {Op::Sltu, least, most, 0},  {Op::Sltu, 0, ones, 1},
        {Op::Sltu, 5, 5, 0},         {Op::Xor, ones, most, least},
        {Op::Or, least, most, ones}, {Op::And, ones, least, least},
        {Op::Srl, least, 63, 1},     {Op::Srl, least, 64, least},
        {Op::Srl, ones, 65, most},   {Op::Sra, least, 63, ones},
        {Op::Sra, least, 64, least}, {Op::Sra, most, 62, 1},
    };
    check_registers(cases, GetParam());
}

TEST_P(Arithmetic, word_register_instructions_look_at_the_low_half_and_extend_the_sign) {
    const Case cases[] = {
        {Op::Addw, word_most, 1, word_least},
        {Op::Addw, 0x1'0000'0001, 0x7'0000'0001, 2},
        {Op::Subw, 0x8000'0000, 1, word_most},
        {Op::Subw, 0, 1, ones},
        {Op::Sllw, 1, 31, word_least},
        {Op::Sllw, 1, 32, 1},
        {Op::Sllw, 0xffff'ffff'0000'0001, 63, word_least},
        {Op::Srlw, 0xffff'ffff'8000'0000, 31, 1},
        {Op::Srlw, 0xdead'beef'8000'0000, 32, word_least},
        {Op::Srlw, 0x1'0000'0000, 1, 0},
        {Op::Sraw, 0x8000'0000, 31, ones},
        {Op::Sraw, 0x1'7fff'ffff, 30, 1},
        {Op::Sraw, 0x8000'0000, 32, word_least},
    };
    check_registers(cases, GetParam());
}

TEST_P(Arithmetic, immediates_are_extended_by_their_sign) {
    const Case cases[] = {
        {Op::Addi, 0, static_cast<u64>(-2048), 0xffff'ffff'ffff'f800},
        {Op::Addi, most, 1, least},
        {Op::Addi, 0, 2047, 2047},
        {Op::Slti, static_cast<u64>(-3), static_cast<u64>(-2), 1},
        {Op::Slti, 0, static_cast<u64>(-1), 0},
        {Op::Sltiu, 5, static_cast<u64>(-1), 1},
        {Op::Sltiu, ones, static_cast<u64>(-1), 0},
        {Op::Sltiu, 0, 1, 1},
        {Op::Xori, 0x5555, static_cast<u64>(-1), ~u64{0x5555}},
        {Op::Ori, 1, static_cast<u64>(-2048), 0xffff'ffff'ffff'f801},
        {Op::Andi, ones, static_cast<u64>(-2048), 0xffff'ffff'ffff'f800},
        {Op::Andi, 0x1234, 0x0f0, 0x030},
        {Op::Slli, 1, 63, least},
        {Op::Slli, ones, 32, 0xffff'ffff'0000'0000},
        {Op::Slli, 7, 0, 7},
        {Op::Srli, least, 63, 1},
        {Op::Srli, ones, 32, 0xffff'ffff},
        {Op::Srai, least, 63, ones},
        {Op::Srai, least, 32, word_least},
        {Op::Addiw, word_most, 1, word_least},
        {Op::Addiw, 0x1'ffff'ffff, 0, ones},
        {Op::Addiw, 0x8000'0000, static_cast<u64>(-1), word_most},
        {Op::Slliw, 1, 31, word_least},
        {Op::Slliw, 0xffff'ffff, 4, 0xffff'ffff'ffff'fff0},
        {Op::Srliw, 0xffff'ffff'8000'0000, 31, 1},
        {Op::Srliw, 0xffff'ffff, 0, ones},
        {Op::Srliw, 0xf'0000'0000, 4, 0},
        {Op::Sraiw, 0x8000'0000, 31, ones},
        {Op::Sraiw, 0x1'4000'0000, 30, 1},
    };
    check_immediates(cases, GetParam());
}

TEST_P(Arithmetic, multiplication) {
    const Case cases[] = {
        {Op::Mul, least, 2, 0},
        {Op::Mul, ones, ones, 1},
        {Op::Mul, 0x1'0000'0001, 0x1'0000'0001, 0x2'0000'0001},
        {Op::Mulh, ones, ones, 0},
        {Op::Mulh, least, least, u64{1} << 62},
        {Op::Mulh, least, 1, ones},
        {Op::Mulhu, ones, ones, ones - 1},
        {Op::Mulhu, least, 2, 1},
        {Op::Mulhu, most, 2, 0},
        {Op::Mulhsu, ones, ones, ones},
        {Op::Mulhsu, least, ones, least},
        {Op::Mulhsu, 2, ones, 1},
        {Op::Mulw, word_most, 2, 0xffff'ffff'ffff'fffe},
        {Op::Mulw, 0x1'0000'0003, 5, 15},
        {Op::Mulw, 0x8000'0000, ones, word_least},
    };
    check_registers(cases, GetParam());
}

// Table "Semantics for division by zero and division overflow".
TEST_P(Arithmetic, division_by_zero_and_overflow) {
    const Case cases[] = {
        {Op::Div, 7, 0, ones},
        {Op::Divu, 7, 0, ones},
        {Op::Rem, 7, 0, 7},
        {Op::Remu, ones, 0, ones},
        {Op::Div, least, ones, least},
        {Op::Rem, least, ones, 0},
        {Op::Divu, least, ones, 0},
        {Op::Remu, least, ones, least},
        {Op::Div, static_cast<u64>(-7), 2, static_cast<u64>(-3)},
        {Op::Rem, static_cast<u64>(-7), 2, ones},
        {Op::Rem, 7, static_cast<u64>(-2), 1},
        {Op::Divu, ones, 16, ones >> 4},
        {Op::Divw, 7, 0, ones},
        {Op::Divw, 0xffff'ffff'0000'0007, 0xf'0000'0000, ones},
        {Op::Divuw, 7, 0, ones},
        {Op::Remw, 0x8000'0005, 0, 0xffff'ffff'8000'0005},
        {Op::Remuw, 0x8000'0005, 0, 0xffff'ffff'8000'0005},
        {Op::Divw, 0x8000'0000, ones, word_least},
        {Op::Remw, 0x8000'0000, ones, 0},
        {Op::Divw, 0x1'0000'0008, 0xffff'fffe, static_cast<u64>(-4)},
        {Op::Divuw, 0xffff'ffff, 1, ones},
        {Op::Divuw, 0x1'8000'0000, 2, 0x4000'0000},
        {Op::Remuw, 0xffff'ffff, 0x1'0000'0010, 15},
        {Op::Remw, 0xffff'fff9, 2, ones},
    };
    check_registers(cases, GetParam());
}

TEST_P(Arithmetic, upper_immediates) {
    Guest guest;
    guest.emit(Op::Lui, a0, static_cast<i32>(0x8000'0000));
    guest.emit(Op::Lui, a1, 0x7fff'f000);
    const u64 pc = guest.a.here();
    guest.emit(Op::Auipc, a2, static_cast<i32>(0xffff'f000));
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), word_least);
    EXPECT_EQ(guest.x(a1), 0x7fff'f000u);
    EXPECT_EQ(guest.x(a2), pc - 4096);
}

TEST_P(Arithmetic, x0_stays_zero) {
    Guest guest;
    guest.li(a1, 5);
    guest.emit(Op::Addi, zero, a1, 1);
    guest.emit(Op::Lui, zero, 0x1000);
    guest.emit(Op::Div, zero, a1, a1);
    guest.li(s0, Guest::data);
    guest.emit(Op::Sd, a1, s0, 0);
    guest.emit(Op::Ld, zero, s0, 0);
    guest.emit(Op::AmoaddD, zero, a1, s0);
    guest.emit(Op::Add, a0, zero, zero);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 0u);
    EXPECT_EQ(guest.x(zero), 0u);
    EXPECT_EQ(guest.memory(Guest::data), 10u);
}

}  // namespace
}  // namespace stampede
