#include "harts/observe/race/waiting_loop.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "harts/isa/encode.h"

namespace stampede {
namespace {

using isa::Op;
using isa::Operands;

constexpr u8 s0 = 8, a3 = 13, a4 = 14, a5 = 15;

// Instructions of four bytes; branches and jumps are given by instructions.
class Code {
public:
    Code& with(Op op, u8 rd, u8 rs1, i32 imm = 0, u8 rs2 = 0) {
        const u32 word = isa::encode(op, {imm, rd, rs1, rs2}).value();
        code_.push_back(static_cast<u16>(word));
        code_.push_back(static_cast<u16>(word >> 16));
        return *this;
    }
    Code& load(u8 rd, u8 rs1, i32 imm = 0) { return with(Op::Lw, rd, rs1, imm); }
    Code& until_not_zero(u8 rs1, i32 instructions) {
        return with(Op::Beq, 0, rs1, instructions * 4);
    }
    Code& pause() { return with(Op::Pause, 0, 0); }
    Code& go(i32 instructions) { return with(Op::Jal, 0, 0, instructions * 4); }

    [[nodiscard]] bool waits_by(unsigned instruction) const {
        return stampede::waits_by(code_, 2 * instruction);
    }

private:
    std::vector<u16> code_;
};

TEST(WaitingLoopTest, a_loop_that_only_looks_waits) {
    EXPECT_TRUE(Code().load(a5, a4).until_not_zero(a5, -1).waits_by(0));
    const Code computing = Code()
                               .load(a5, a4)
                               .with(Op::Addiw, a5, a5)
                               .with(Op::Andi, a5, a5, 1)
                               .until_not_zero(a5, -3);
    EXPECT_TRUE(computing.waits_by(0));
    EXPECT_FALSE(computing.waits_by(1));  // no load
}

TEST(WaitingLoopTest, its_address_may_be_made_anew_each_turn) {
    const Code page = Code().with(Op::Auipc, a4, 0, 0x1000).load(a5, a4).until_not_zero(a5, -2);
    EXPECT_TRUE(page.waits_by(1));
    const Code pointer = Code().with(Op::Ld, a4, s0, -24).load(a5, a4).until_not_zero(a5, -2);
    EXPECT_TRUE(pointer.waits_by(1));
    EXPECT_FALSE(pointer.waits_by(0));  // the pointer: no branch hangs on it
}

TEST(WaitingLoopTest, it_may_leave_in_the_middle_and_pause_and_fence) {
    const Code code =
        Code().load(a5, a4).with(Op::Bne, 0, a5, 16).pause().with(Op::Fence, 0, 0, 0xff).go(-4);
    EXPECT_TRUE(code.waits_by(0));
}

TEST(WaitingLoopTest, two_words_may_be_looked_at) {
    const Code code = Code().load(a5, a4).load(a3, a4, 8).with(Op::Beq, 0, a5, -8, a3);
    EXPECT_TRUE(code.waits_by(0));
    EXPECT_TRUE(code.waits_by(1));
}

TEST(WaitingLoopTest, the_first_look_may_stand_in_front) {
    const Code code =
        Code().load(a5, a4).with(Op::Bne, 0, a5, 16).pause().load(a5, a4).until_not_zero(a5, -2);
    EXPECT_TRUE(code.waits_by(0));
    EXPECT_TRUE(code.waits_by(3));
    const Code elsewhere =
        Code().load(a5, a4, 4).with(Op::Bne, 0, a5, 16).pause().load(a5, a4).until_not_zero(a5, -2);
    EXPECT_FALSE(elsewhere.waits_by(0));
    const Code moved =
        Code().load(a5, a4).with(Op::Addi, a4, a4, 8).pause().load(a5, a4).until_not_zero(a5, -2);
    EXPECT_FALSE(moved.waits_by(0));
}

TEST(WaitingLoopTest, a_loop_that_goes_through_memory_does_not_wait) {
    const Code list = Code().load(a5, a4).with(Op::Ld, a4, a4, 8).until_not_zero(a5, -2);
    EXPECT_FALSE(list.waits_by(0));
    EXPECT_FALSE(list.waits_by(1));
    const Code array = Code().load(a5, a4).with(Op::Addi, a4, a4, 4).until_not_zero(a5, -2);
    EXPECT_FALSE(array.waits_by(0));
}

TEST(WaitingLoopTest, a_loop_that_counts_does_not_wait) {
    const Code code = Code().load(a5, a4).with(Op::Addi, a3, a3, 1).with(Op::Blt, 0, a3, -8, a5);
    EXPECT_FALSE(code.waits_by(0));
}

TEST(WaitingLoopTest, a_loop_that_stores_calls_or_asks_the_machine_does_not_wait) {
    EXPECT_FALSE(Code().load(a5, a4).with(Op::Sw, 0, s0, 0, a5).until_not_zero(a5, -2).waits_by(0));
    EXPECT_FALSE(Code().load(a5, a4).with(Op::Jal, 1, 0, 400).until_not_zero(a5, -2).waits_by(0));
    EXPECT_FALSE(
        Code().load(a5, a4).with(Op::AmoaddW, a3, s0, 0, a5).until_not_zero(a5, -2).waits_by(0));
    EXPECT_FALSE(
        Code().load(a5, a4).with(Op::Csrrs, a3, 0, 0xc01).until_not_zero(a5, -2).waits_by(0));
}

TEST(WaitingLoopTest, a_word_that_no_branch_hangs_on_is_not_waited_for) {
    const Code code = Code().load(a5, a4).load(a3, a4, 8).until_not_zero(a5, -2);
    EXPECT_TRUE(code.waits_by(0));
    EXPECT_FALSE(code.waits_by(1));
}

TEST(WaitingLoopTest, code_without_a_loop_and_the_end_of_a_page_are_none) {
    EXPECT_FALSE(Code().load(a5, a4).with(Op::Bne, 0, a5, 8).waits_by(0));
    EXPECT_FALSE(Code().load(a5, a4).waits_by(0));
    EXPECT_FALSE(Code().load(a5, a4).until_not_zero(a5, -4).waits_by(0));  // begins on another page
    EXPECT_FALSE(stampede::waits_by(std::vector<u16>{0x2783}, 0));         // half an instruction
}

}  // namespace
}  // namespace stampede
