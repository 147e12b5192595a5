// Guest code from the instruction table: what the table can encode, with labels. For tests and
// benchmarks on the host.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "harts/isa/compressed.h"
#include "harts/isa/instruction.h"

namespace stampede::programs {

// Registers by the calling convention's names.
// clang-format off
enum Register : u8 {
    zero, ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5,
    a6, a7, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6
};
// clang-format on

// A place in the code that may be named before it is known.
struct Label {
    std::size_t number = 0;
};

// Writes instructions one after the other from `base` on. Operands that an encoding cannot hold are
// an error of the caller: asserted.
class Assembler {
public:
    explicit Assembler(u64 base) : base_(base) {}

    [[nodiscard]] u64 here() const {
        return base_ + bytes_.size();
    }  // guest address of what comes next
    [[nodiscard]] Label label();
    [[nodiscard]] Label bound_label();  // here
    void bind(Label label);
    [[nodiscard]] u64 address(Label label) const;  // bound ones only

    // Operands in the order of LLVM's text: rd, rs1, rs2 or immediate; for loads and jalr rd, base,
    // offset; for stores rs2, base, offset; for CSRs rd, number, rs1 or constant; for atomics rd,
    // rs2, address (load-reserved: rd, address); U: rd, the whole value.
    void emit(isa::Op op, i64 first = 0, i64 second = 0, i64 third = 0);
    // The same for atomics, `ordering` being aq << 1 | rl.
    void emit_ordered(isa::Op op, u32 ordering, i64 first, i64 second, i64 third = 0);
    // A compressed instruction by the operands of what it stands for.
    void emit(isa::CompressedOp op, const isa::Operands& operands);
    void branch(isa::Op op, Register first, Register second, Label target);
    void jump(Register link, Label target);
    // rd = `value`; takes up to eight instructions and no other register.
    void load_immediate(Register rd, u64 value);
    // rd = the label's address, relative to the pc.
    void load_address(Register rd, Label target);
    void raw_word(u32 word);        // 4 bytes, anything
    void raw_halfword(u16 half);    // 2 bytes, anything
    void data(u64 value);           // 8 bytes
    void align(std::size_t bytes);  // with zeros; a power of two

    // Everything written, jumps resolved. Every label used must be bound.
    [[nodiscard]] std::vector<u8> finish();

private:
    struct Fixup {
        std::size_t offset;  // of the instruction, into bytes_
        isa::Op op;
        isa::Operands operands;
        std::size_t label;
        u64 origin;  // the target counts from here
    };
    void put(u64 value, std::size_t bytes);
    void overwrite(std::size_t offset, u32 word);

    u64 base_;
    std::vector<u8> bytes_;
    std::vector<std::optional<u64>> labels_;
    std::vector<Fixup> fixups_;
};

// Operands from the order that Assembler::emit takes them in.
[[nodiscard]] isa::Operands operands_in_text_order(isa::Op op, i64 first, i64 second, i64 third);

}  // namespace stampede::programs
