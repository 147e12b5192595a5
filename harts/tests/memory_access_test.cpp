// Loads, stores and atomics in RAM, and where there is none. Expected values are worked out from
// the specifications; misaligned accesses and causes are as in QEMU.
#include "harts/tests/guest.h"

namespace stampede {
namespace {

using isa::Op;
using namespace programs;

constexpr u64 pattern = 0x8182'8384'8586'8788;
constexpr u64 data = Guest::data;
constexpr u64 nowhere = 0x9000'0000;

INSTRUCTION_TESTS(MemoryAccess);

TEST_P(MemoryAccess, loads_extend_as_their_names_say) {
    Guest guest;
    guest.store(data, pattern);
    guest.li(s0, data);
    guest.emit(Op::Lb, a0, s0, 1);
    guest.emit(Op::Lbu, a1, s0, 1);
    guest.emit(Op::Lh, a2, s0, 2);
    guest.emit(Op::Lhu, a3, s0, 2);
    guest.emit(Op::Lw, a4, s0, 4);
    guest.emit(Op::Lwu, a5, s0, 4);
    guest.emit(Op::Ld, a6, s0, 0);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 0xffff'ffff'ffff'ff87u);
    EXPECT_EQ(guest.x(a1), 0x87u);
    EXPECT_EQ(guest.x(a2), 0xffff'ffff'ffff'8586u);
    EXPECT_EQ(guest.x(a3), 0x8586u);
    EXPECT_EQ(guest.x(a4), 0xffff'ffff'8182'8384u);
    EXPECT_EQ(guest.x(a5), 0x8182'8384u);
    EXPECT_EQ(guest.x(a6), pattern);
}

TEST_P(MemoryAccess, stores_write_their_size_and_no_more) {
    Guest guest;
    guest.li(s0, data + 64);
    guest.li(a0, pattern);
    guest.emit(Op::Sb, a0, s0, -64);
    guest.emit(Op::Sh, a0, s0, -54);
    guest.emit(Op::Sw, a0, s0, -44);
    guest.emit(Op::Sd, a0, s0, -32);
    guest.run(GetParam());
    EXPECT_EQ(guest.memory(data), 0x88u);
    EXPECT_EQ(guest.memory(data + 8), 0x8788'0000u);
    EXPECT_EQ(guest.memory(data + 16), 0x8586'8788'0000'0000u);
    EXPECT_EQ(guest.memory(data + 32), pattern);
    EXPECT_EQ(guest.memory(data + 40), 0u);
}

TEST_P(MemoryAccess, misaligned_accesses_work_also_across_pages) {
    for (const u64 offset : {1, 3, 7, 4089, 4090, 4093, 4095}) {
        Guest guest;
        guest.li(s0, data + offset);
        guest.li(a0, pattern);
        guest.emit(Op::Sd, a0, s0, 0);
        guest.emit(Op::Ld, a1, s0, 0);
        guest.emit(Op::Lw, a2, s0, 2);
        guest.emit(Op::Lhu, a3, s0, 3);
        guest.emit(Op::Sh, a0, s0, 3);
        guest.emit(Op::Ld, a4, s0, 0);
        guest.run(GetParam());
        EXPECT_EQ(guest.x(a1), pattern) << offset;
        EXPECT_EQ(guest.x(a2), 0xffff'ffff'8384'8586u) << offset;
        EXPECT_EQ(guest.x(a3), 0x8485u) << offset;
        EXPECT_EQ(guest.x(a4), 0x8182'8387'8886'8788u) << offset;
    }
}

struct Atomic {
    Op op;
    u64 memory;
    u64 operand;
    u64 stored;
    u64 loaded;
};

TEST_P(MemoryAccess, atomics_give_the_old_value_and_store_the_new) {
    constexpr u64 word = 0xffff'ffff'8000'0000;  // the low half is what .w sees
    const Atomic cases[] = {
        {Op::AmoswapD, 1, 2, 2, 1},
        {Op::AmoaddD, ~u64{0}, 1, 0, ~u64{0}},
        {Op::AmoxorD, 0xff00, 0x0ff0, 0xf0f0, 0xff00},
        {Op::AmoandD, 0xff00, 0x0ff0, 0x0f00, 0xff00},
        {Op::AmoorD, 0xff00, 0x0ff0, 0xfff0, 0xff00},
        {Op::AmominD, ~u64{0}, 1, ~u64{0}, ~u64{0}},
        {Op::AmomaxD, ~u64{0}, 1, 1, ~u64{0}},
        {Op::AmominuD, ~u64{0}, 1, 1, ~u64{0}},
        {Op::AmomaxuD, ~u64{0}, 1, ~u64{0}, ~u64{0}},
        {Op::AmoswapW, 0x1122'3344'5566'7788, 0xffff'ffff'8000'0001, 0x1122'3344'8000'0001,
         0x5566'7788},
        {Op::AmoaddW, 0x1'7fff'ffff, 1, 0x1'8000'0000, 0x7fff'ffff},
        {Op::AmoxorW, 0xf'0000'ff00, 0x0ff0, 0xf'0000'f0f0, 0xff00},
        {Op::AmoandW, 0xf'8000'ff00, 0x8000'0000, 0xf'8000'0000, 0xffff'ffff'8000'ff00},
        {Op::AmoorW, 0, word, 0x8000'0000, 0},
        {Op::AmominW, 0x5'0000'0001, word, 0x5'8000'0000, 1},
        {Op::AmomaxW, 0x5'8000'0000, 1, 0x5'0000'0001, word},
        {Op::AmominuW, 0x5'8000'0000, 1, 0x5'0000'0001, word},
        {Op::AmomaxuW, 0x5'0000'0001, word, 0x5'8000'0000, 1},
    };
    for (const Atomic& one : cases) {
        Guest guest;
        guest.store(data, one.memory);
        guest.li(s0, data);
        guest.li(a1, one.operand);
        guest.emit(one.op, a0, a1, s0);
        guest.run(GetParam());
        EXPECT_EQ(guest.memory(data), one.stored) << isa::line_of(one.op).mnemonic;
        EXPECT_EQ(guest.x(a0), one.loaded) << isa::line_of(one.op).mnemonic;
    }
}

TEST_P(MemoryAccess, store_conditional_succeeds_once_after_a_load_reserved) {
    Guest guest;
    guest.store(data, pattern);
    guest.li(s0, data);
    guest.emit(Op::ScD, a0, s0, s0);  // without a reservation
    guest.emit(Op::LrW, a1, s0);
    guest.emit(Op::ScW, a2, zero, s0);
    guest.emit(Op::ScW, a3, s0, s0);  // the reservation is used up
    guest.emit(Op::LrD, a4, s0);
    guest.emit(Op::ScD, a5, s0, s0);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 1u);
    EXPECT_EQ(guest.x(a1), 0xffff'ffff'8586'8788u);
    EXPECT_EQ(guest.x(a2), 0u);
    EXPECT_EQ(guest.x(a3), 1u);
    EXPECT_EQ(guest.x(a4), 0x8182'8384'0000'0000u);
    EXPECT_EQ(guest.x(a5), 0u);
    EXPECT_EQ(guest.memory(data), data);
}

// Stricter than the specification asks: a store of the same value to the reserved word ends the
// reservation.
TEST_P(MemoryAccess, a_store_to_the_reserved_word_ends_the_reservation) {
    Guest guest;
    guest.store(data, 5);
    guest.li(s0, data);
    guest.li(a1, 5);
    guest.emit(Op::LrD, a0, s0);
    guest.emit(Op::Sd, a1, s0, 0);
    guest.emit(Op::ScD, a2, zero, s0);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a2), 1u);
    EXPECT_EQ(guest.memory(data), 5u);
}

struct Trapping {
    Op op;
    u64 address;
    u64 cause;
};

TEST_P(MemoryAccess, misaligned_atomics_and_absent_memory_trap_with_the_address) {
    const Trapping cases[] = {
        {Op::LrW, data + 2, 4},     {Op::LrD, data + 4, 4},      {Op::AmoaddW, data + 1, 6},
        {Op::AmoaddD, data + 4, 6}, {Op::AmoswapW, data + 2, 6}, {Op::ScW, data + 2, 6},
        {Op::ScD, data + 4, 6},     {Op::Lb, nowhere, 5},        {Op::Ld, nowhere, 5},
        {Op::Sb, nowhere, 7},       {Op::Sd, nowhere, 7},        {Op::LrW, nowhere, 5},
        {Op::AmoaddD, nowhere, 7},  {Op::Ld, u64{1} << 60, 5},   {Op::Sd, ~u64{7}, 7},
    };
    for (const Trapping& one : cases) {
        Guest guest;
        guest.li(s0, one.address);
        guest.li(a0, 77);
        const u64 pc = guest.a.here();
        const isa::Format format = isa::line_of(one.op).format;
        if (format == isa::Format::Amo) {
            const bool reserved = one.op == Op::LrW || one.op == Op::LrD;
            guest.emit(one.op, a0, reserved ? s0 : zero, reserved ? 0 : s0);
        } else {
            guest.emit(one.op, a0, s0, 0);
        }
        guest.run(GetParam());
        guest.expect_machine_trap(one.cause, pc, one.address);
        EXPECT_EQ(guest.x(a0), 77u)
            << "no register is written by " << isa::line_of(one.op).mnemonic;
    }
}

}  // namespace
}  // namespace stampede
