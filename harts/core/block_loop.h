// Loops that fill or copy memory an element at a time, as compilers leave memset() and memmove() of
// a kernel:
//
//     head:   lbu  a4, 0(a1)        at most one load, one store of the same size,
//             addi a1, a1, 1        pointers that move by that size, up or down,
//             addi a5, a5, 1
//             sb   a4, -1(a5)
//             bne  a1, a3, head     and bne, blt or bltu
#pragma once
#include <array>
#include <optional>

#include "harts/isa/instruction.h"

namespace stampede {

// Register numbers as in decoded instructions. `offset`: bytes from the register's value at the
// head of a round.
struct BlockLoop {
    struct Access {
        u8 base = 0;
        i32 offset = 0;
        u16 slot = 0;  // of the page: the instruction
    };
    struct Step {
        u8 reg = 0;
        i32 by = 0;  // a round
    };
    static constexpr unsigned longest = 8;  // instructions, the branch too

    std::optional<Access> load{};
    Access store{};
    isa::Op load_op = isa::Op::Illegal;
    u8 size = 0;     // bytes of an element: 1, 2, 4, 8
    bool up = true;  // its addresses rise
    u8 value = 0;    // what is stored: a register that no round changes, or the loaded one
    std::array<Step, longest> steps{};  // registers that change, but for the loaded one
    u8 step_count = 0;
    isa::Op branch_op = isa::Op::Illegal;
    u8 left = 0, right = 0;  // the registers that it compares
    i32 left_step = 0, right_step = 0;
    u8 instructions = 0;  // a round
};

}  // namespace stampede
