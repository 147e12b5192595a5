// Branches and jumps, 32 and 16 bits long. Expected values are worked out from the unprivileged
// specification.
#include "harts/tests/guest.h"

namespace stampede {
namespace {

using isa::CompressedOp;
using isa::Op;
using namespace programs;

INSTRUCTION_TESTS(ControlFlow);

struct Branch {
    Op op;
    u64 first;
    u64 second;
    bool taken;
};

TEST_P(ControlFlow, branches_compare_by_their_kind) {
    constexpr u64 ones = ~u64{0};
    constexpr u64 least = u64{1} << 63;
    const Branch cases[] = {
        {Op::Beq, 5, 5, true},
        {Op::Beq, 5, 0x1'0000'0005, false},
        {Op::Bne, 5, 0x1'0000'0005, true},
        {Op::Bne, ones, ones, false},
        {Op::Blt, ones, 0, true},
        {Op::Blt, least, least - 1, true},
        {Op::Blt, 3, 3, false},
        {Op::Bge, 0, ones, true},
        {Op::Bge, 3, 3, true},
        {Op::Bge, least, 0, false},
        {Op::Bltu, 0, ones, true},
        {Op::Bltu, ones, 0, false},
        {Op::Bltu, 3, 3, false},
        {Op::Bgeu, ones, 0, true},
        {Op::Bgeu, 3, 3, true},
        {Op::Bgeu, 0, least, false},
    };
    for (const Branch& one : cases) {
        Guest guest;
        const Label target = guest.a.label();
        guest.li(a1, one.first);
        guest.li(a2, one.second);
        guest.li(a0, 1);
        guest.a.branch(one.op, a1, a2, target);
        guest.li(a0, 0);
        guest.a.bind(target);
        guest.run(GetParam());
        EXPECT_EQ(guest.x(a0), one.taken ? 1u : 0u)
            << isa::line_of(one.op).mnemonic << " " << one.first << " " << one.second;
    }
}

TEST_P(ControlFlow, jalr_clears_bit_0_and_reads_its_base_before_it_writes_the_link) {
    Guest guest;
    const Label target = guest.a.label();
    guest.a.load_address(a0, target);
    guest.emit(Op::Addi, a0, a0, 4);
    const u64 jump = guest.a.here();
    guest.emit(Op::Jalr, a0, a0, -3);
    guest.li(a1, 1);
    guest.a.bind(target);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), jump + 4);
    EXPECT_EQ(guest.x(a1), 0u);
}

TEST_P(ControlFlow, jal_links_what_follows_it) {
    Guest guest;
    const Label target = guest.a.label();
    const u64 jump = guest.a.here();
    guest.a.jump(ra, target);
    guest.li(a1, 1);
    guest.a.bind(target);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(ra), jump + 4);
    EXPECT_EQ(guest.x(a1), 0u);
}

TEST_P(ControlFlow, compressed_jumps_link_two_bytes_on) {
    Guest guest;
    const Label target = guest.a.label();
    guest.a.load_address(a0, target);
    const u64 jump = guest.a.here();
    guest.a.emit(CompressedOp::CJalr, {0, ra, a0, 0});
    guest.li(a1, 1);
    guest.a.bind(target);
    guest.a.emit(CompressedOp::CJ, {4, 0, 0, 0});
    guest.a.emit(CompressedOp::CLi, {7, a2, 0, 0});  // jumped over
    guest.a.emit(CompressedOp::CBeqz, {4, 0, s0, 0});
    guest.a.emit(CompressedOp::CLi, {7, a3, 0, 0});  // s0 is 0: jumped over
    guest.a.emit(CompressedOp::CBnez, {4, 0, s0, 0});
    guest.a.emit(CompressedOp::CLi, {7, a4, 0, 0});
    guest.run(GetParam());
    EXPECT_EQ(guest.x(ra), jump + 2);
    EXPECT_EQ(guest.x(a1), 0u);
    EXPECT_EQ(guest.x(a2), 0u);
    EXPECT_EQ(guest.x(a3), 0u);
    EXPECT_EQ(guest.x(a4), 7u);
}

TEST_P(ControlFlow, an_instruction_may_straddle_two_pages) {
    Guest guest;
    while (guest.a.here() % page_size != page_size - 2) {
        guest.a.emit(CompressedOp::CNop, {0, 0, 0, 0});
    }
    guest.emit(Op::Addi, a0, zero, 1234);
    guest.emit(Op::Addi, a1, zero, 5);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 1234u);
    EXPECT_EQ(guest.x(a1), 5u);
}

// Stores the second halfword of an instruction that straddles, after it has been executed once.
TEST_P(ControlFlow, code_that_is_written_over_is_executed_anew) {
    Guest guest;
    while (guest.a.here() % page_size != page_size - 2) {
        guest.a.emit(CompressedOp::CNop, {0, 0, 0, 0});
    }
    const Label again = guest.a.bound_label();
    guest.emit(Op::Addi, a0, a0, 1);  // later: addi a0, a0, 100
    const Label done = guest.a.label();
    guest.a.branch(Op::Bne, a1, zero, done);
    guest.li(a1, 1);
    guest.a.load_address(a2, again);
    guest.li(a3, 100 << 4 | 0x5);  // the upper half: immediate, and rs1's upper bits
    guest.emit(Op::Sh, a3, a2, 2);
    guest.emit(Op::FenceI);
    guest.a.jump(zero, again);
    guest.a.bind(done);
    guest.run(GetParam());
    EXPECT_EQ(guest.x(a0), 101u);
}

TEST_P(ControlFlow, jumping_where_nothing_is_traps_at_the_target) {
    Guest guest;
    guest.li(a0, 0x9000'0000);
    guest.emit(Op::Jalr, ra, a0, 0);
    guest.run(GetParam());
    guest.expect_machine_trap(1, 0x9000'0000, 0x9000'0000);
}

}  // namespace
}  // namespace stampede
