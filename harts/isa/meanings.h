// One meaning an instruction, written once for every hart `H` that runs, checks or translates it.
//
// A meaning is restartable: it reads all it wants, then does at most one fallible act (load, store,
// amo, load_reserved, store_conditional, jump_register), then writes rd at most once. A hart whose
// fast path fails at the fallible act may so begin again elsewhere. A meaning touches only `h` and
// the operations of values.h: no C++ `if`, `?:` or `&&` on a Value. meanings_test.cpp holds both
// rules.
//
// H offers: read(r), write(r, v), imm(i), keep(v), pc_plus(i), link(), jump(i), jump_register(v),
// branch_if(c, i), pure<f>(a, b), load<T>, store<T>, amo<T>, load_reserved<T>,
// store_conditional<T>, fence(bits), relaxed_next(), interpret(). System instructions exist only in
// a FullHart; every other H goes to one through interpret().
#pragma once
#include <type_traits>

#include "harts/isa/instruction.h"
#include "harts/isa/values.h"

namespace stampede::isa {

template <Op>
struct Meaning;

template <class H>
concept FullHart = requires(H h) { h.mret(); };

#define MEANING(id)          \
    template <>              \
    struct Meaning<Op::id> { \
        template <class H>   \
        [[gnu::always_inline]] static inline void run(H& h, [[maybe_unused]] const Operands& d)
#define END ;
#define S1 h.read(d.rs1)
#define S2 h.read(d.rs2)
#define IMM h.imm(d.imm)

// clang-format off
MEANING(Lui)   { h.write(d.rd, IMM); } } END
MEANING(Auipc) { h.write(d.rd, h.pc_plus(d.imm)); } } END
MEANING(Jal)   { h.write(d.rd, h.link()); h.jump(d.imm); } } END
MEANING(Jalr)  { auto back = h.keep(h.link()); if (!h.jump_register(S1 + IMM)) { return; } h.write(d.rd, back); } } END
MEANING(Beq)   { h.branch_if(S1 == S2, d.imm); } } END
MEANING(Bne)   { h.branch_if(S1 != S2, d.imm); } } END
MEANING(Blt)   { h.branch_if(less(S1, S2), d.imm); } } END
MEANING(Bge)   { h.branch_if(!less(S1, S2), d.imm); } } END
MEANING(Bltu)  { h.branch_if(below(S1, S2), d.imm); } } END
MEANING(Bgeu)  { h.branch_if(!below(S1, S2), d.imm); } } END

#define LOAD(id, T) \
    MEANING(id) { auto v = h.template load<T>(S1 + IMM); if (!v) { return; } h.write(d.rd, *v); } } END
LOAD(Lb, i8) LOAD(Lh, i16) LOAD(Lw, i32) LOAD(Ld, u64) LOAD(Lbu, u8) LOAD(Lhu, u16) LOAD(Lwu, u32)
#define STORE(id, T) MEANING(id) { h.template store<T>(S1 + IMM, S2); } } END
STORE(Sb, u8) STORE(Sh, u16) STORE(Sw, u32) STORE(Sd, u64)

MEANING(Addi)  { h.write(d.rd, S1 + IMM); } } END
MEANING(Slti)  { h.write(d.rd, number(less(S1, IMM))); } } END
MEANING(Sltiu) { h.write(d.rd, number(below(S1, IMM))); } } END
MEANING(Xori)  { h.write(d.rd, S1 ^ IMM); } } END
MEANING(Ori)   { h.write(d.rd, S1 | IMM); } } END
MEANING(Andi)  { h.write(d.rd, S1 & IMM); } } END
MEANING(Slli)  { h.write(d.rd, shl(S1, IMM)); } } END
MEANING(Srli)  { h.write(d.rd, shr(S1, IMM)); } } END
MEANING(Srai)  { h.write(d.rd, sar(S1, IMM)); } } END
MEANING(Add)   { h.write(d.rd, S1 + S2); } } END
MEANING(Sub)   { h.write(d.rd, S1 - S2); } } END
MEANING(Sll)   { h.write(d.rd, shl(S1, S2)); } } END
MEANING(Slt)   { h.write(d.rd, number(less(S1, S2))); } } END
MEANING(Sltu)  { h.write(d.rd, number(below(S1, S2))); } } END
MEANING(Xor)   { h.write(d.rd, S1 ^ S2); } } END
MEANING(Srl)   { h.write(d.rd, shr(S1, S2)); } } END
MEANING(Sra)   { h.write(d.rd, sar(S1, S2)); } } END
MEANING(Or)    { h.write(d.rd, S1 | S2); } } END
MEANING(And)   { h.write(d.rd, S1 & S2); } } END
MEANING(Addiw) { h.write(d.rd, extend<i32>(S1 + IMM)); } } END
MEANING(Slliw) { h.write(d.rd, extend<i32>(shl(S1, IMM))); } } END
MEANING(Srliw) { h.write(d.rd, extend<i32>(shr(extend<u32>(S1), IMM))); } } END
MEANING(Sraiw) { h.write(d.rd, sar(extend<i32>(S1), IMM)); } } END
MEANING(Addw)  { h.write(d.rd, extend<i32>(S1 + S2)); } } END
MEANING(Subw)  { h.write(d.rd, extend<i32>(S1 - S2)); } } END
MEANING(Sllw)  { h.write(d.rd, extend<i32>(shl(S1, S2 & h.imm(31)))); } } END
MEANING(Srlw)  { h.write(d.rd, extend<i32>(shr(extend<u32>(S1), S2 & h.imm(31)))); } } END
MEANING(Sraw)  { h.write(d.rd, sar(extend<i32>(S1), S2 & h.imm(31))); } } END

MEANING(Mul)   { h.write(d.rd, S1 * S2); } } END
MEANING(Mulw)  { h.write(d.rd, extend<i32>(S1 * S2)); } } END
#define PURE(id, f) MEANING(id) { h.write(d.rd, h.template pure<f>(S1, S2)); } } END
PURE(Mulh, multiply_high) PURE(Mulhu, multiply_high_unsigned) PURE(Mulhsu, multiply_high_signed_unsigned)
PURE(Div, divide) PURE(Divu, divide_unsigned) PURE(Rem, remainder) PURE(Remu, remainder_unsigned)
#define PURE_W(id, f, T) \
    MEANING(id) { h.write(d.rd, extend<i32>(h.template pure<f>(extend<T>(S1), extend<T>(S2)))); } } END
PURE_W(Divw, divide, i32) PURE_W(Divuw, divide_unsigned, u32)
PURE_W(Remw, remainder, i32) PURE_W(Remuw, remainder_unsigned, u32)

#define AMO(id, T, op)                                                                  \
    MEANING(id) {                                                                       \
        auto old = h.template amo<T>(AmoOp::op, S1, S2, ordering(d.imm));               \
        if (!old) { return; }                                                           \
        h.write(d.rd, *old); } } END
AMO(AmoswapW, i32, Swap) AMO(AmoswapD, i64, Swap) AMO(AmoaddW, i32, Add) AMO(AmoaddD, i64, Add)
AMO(AmoxorW, i32, Xor) AMO(AmoxorD, i64, Xor) AMO(AmoandW, i32, And) AMO(AmoandD, i64, And)
AMO(AmoorW, i32, Or) AMO(AmoorD, i64, Or) AMO(AmominW, i32, Min) AMO(AmominD, i64, Min)
AMO(AmomaxW, i32, Max) AMO(AmomaxD, i64, Max) AMO(AmominuW, i32, Minu) AMO(AmominuD, i64, Minu)
AMO(AmomaxuW, i32, Maxu) AMO(AmomaxuD, i64, Maxu)

#define LR(id, T)                                                                       \
    MEANING(id) { auto v = h.template load_reserved<T>(S1, ordering(d.imm)); if (!v) { return; } h.write(d.rd, *v); } } END
#define SC(id, T)                                                                       \
    MEANING(id) {                                                                       \
        auto failed = h.template store_conditional<T>(S1, S2, ordering(d.imm));         \
        if (!failed) { return; }                                                        \
        h.write(d.rd, *failed); } } END
LR(LrW, i32) LR(LrD, i64) SC(ScW, i32) SC(ScD, i64)
MEANING(Fence) { h.fence(d.imm); } } END
// A hint for race detection; nothing to any other hart. Apart from the other guest calls, for
// kernels use it often.
MEANING(RelaxedNext) { h.relaxed_next(); } } END

#define SYSTEM(id, ...) \
    MEANING(id) { if constexpr (FullHart<H>) { __VA_ARGS__ } else { h.interpret(); } } } END
SYSTEM(FenceI, h.fence_i();)
SYSTEM(Pause, h.pause();)
SYSTEM(Ecall, h.ecall();)
SYSTEM(Ebreak, h.ebreak();)
SYSTEM(Sret, h.sret();)
SYSTEM(Mret, h.mret();)
SYSTEM(Wfi, h.wfi();)
SYSTEM(SfenceVma, h.sfence_vma(d.rs1, S1, d.rs2, S2);)
SYSTEM(GuestCall, h.guest_call(d.imm, S1);)
#define CSR(id, kind, operand)                                                          \
    SYSTEM(id,                                                                          \
        auto old = h.csr(CsrOp::kind, static_cast<u32>(d.imm), operand, d.rs1, d.rd);   \
        if (!old) { return; }                                                           \
        h.write(d.rd, *old);)
CSR(Csrrw, Write, S1) CSR(Csrrs, Set, S1) CSR(Csrrc, Clear, S1)
CSR(Csrrwi, Write, h.imm(d.rs1)) CSR(Csrrsi, Set, h.imm(d.rs1)) CSR(Csrrci, Clear, h.imm(d.rs1))
// clang-format on

#undef MEANING
#undef END
#undef S1
#undef S2
#undef IMM
#undef LOAD
#undef STORE
#undef PURE
#undef PURE_W
#undef AMO
#undef LR
#undef SC
#undef SYSTEM
#undef CSR

}  // namespace stampede::isa
