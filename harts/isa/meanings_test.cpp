// Two harts that only check. Recorder runs a meaning and proves the restartable rule and the
// table's flow; Opaque compiles every meaning against a Value that can do nothing but the listed
// operations.
#include "harts/isa/meanings.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace stampede::isa {

// A value without an identity: no bool, no number, no index in it. Operations of a translator would
// emit code here.
class Opaque {
public:
    friend Opaque operator+(Opaque, Opaque) { return {}; }
    friend Opaque operator-(Opaque, Opaque) { return {}; }
    friend Opaque operator*(Opaque, Opaque) { return {}; }
    friend Opaque operator^(Opaque, Opaque) { return {}; }
    friend Opaque operator|(Opaque, Opaque) { return {}; }
    friend Opaque operator&(Opaque, Opaque) { return {}; }
    friend Opaque shl(Opaque, Opaque) { return {}; }
    friend Opaque shr(Opaque, Opaque) { return {}; }
    friend Opaque sar(Opaque, Opaque) { return {}; }
};
// What a comparison gives: it can be negated and made a number, never asked by C++.
class OpaqueCondition {
public:
    friend OpaqueCondition operator!(OpaqueCondition) { return {}; }
    friend Opaque number(OpaqueCondition) { return {}; }
};
inline OpaqueCondition operator==(Opaque, Opaque) { return {}; }
inline OpaqueCondition operator!=(Opaque, Opaque) { return {}; }
inline OpaqueCondition less(Opaque, Opaque) { return {}; }
inline OpaqueCondition below(Opaque, Opaque) { return {}; }
template <class T>
Opaque extend(Opaque) {
    return {};
}

namespace {

struct OpaqueHart {
    using Result = std::optional<Opaque>;
    Opaque read(u8) { return {}; }
    void write(u8, Opaque) {}
    Opaque imm(i64) { return {}; }
    Opaque keep(Opaque value) { return value; }
    Opaque pc_plus(i32) { return {}; }
    Opaque link() { return {}; }
    void jump(i32) {}
    bool jump_register(Opaque) { return true; }
    void branch_if(OpaqueCondition, i32) {}
    template <auto f>
    Opaque pure(Opaque, Opaque) {
        return {};
    }
    template <class T>
    Result load(Opaque) {
        return Opaque{};
    }
    template <class T>
    void store(Opaque, Opaque) {}
    template <class T>
    Result amo(AmoOp, Opaque, Opaque, Ordering) {
        return Opaque{};
    }
    template <class T>
    Result load_reserved(Opaque, Ordering) {
        return Opaque{};
    }
    template <class T>
    Result store_conditional(Opaque, Opaque, Ordering) {
        return Opaque{};
    }
    void fence(i32) {}
    void relaxed_next() {}
    void interpret() {}
};

// The same with everything a full hart has.
struct OpaqueFullHart : OpaqueHart {
    void fence_i() {}
    void pause() {}
    void ecall() {}
    void ebreak() {}
    void sret() {}
    void mret() {}
    void wfi() {}
    void sfence_vma(u8, Opaque, u8, Opaque) {}
    void guest_call(i32, Opaque) {}
    Result csr(CsrOp, u32, Opaque, u8, u8) { return Opaque{}; }
};
static_assert(!FullHart<OpaqueHart> && FullHart<OpaqueFullHart>);

// A check that the checker checks: what C++ could decide on an Opaque does not compile.
template <class V, class C>
concept Decidable = requires(V v, C c) { static_cast<bool>(c); } || requires(V v) {
    static_cast<u64>(v);
} || requires(V v, C c) { c ? v : v; } || requires(V v) { v < v; };
static_assert(!Decidable<Opaque, OpaqueCondition>);
static_assert(Decidable<u64, bool>);

TEST(Meanings, all_compile_without_a_decision_on_a_value) {
    OpaqueHart fast;
    OpaqueFullHart full;
    const Operands operands{4, 5, 6, 7};
#define INSN(id, ...)                     \
    Meaning<Op::id>::run(fast, operands); \
    Meaning<Op::id>::run(full, operands);
#include "harts/isa/instructions.inc"
#undef INSN
}

// Does the fallible act of this run succeed?
enum class Act : u8 { Succeeds, Fails };

// Records what a meaning does and holds the restartable rule: all reads, then at most one fallible
// act, then at most one write.
class Recorder {
public:
    using Result = std::optional<u64>;
    explicit Recorder(Act act) : act_(act) {}

    u64 read(u8) {
        rule(writes_ == 0, "reads after its write (rd may be the same register)");
        rule(fallible_ == 0, "reads after its fallible act");
        return 1;
    }
    void write(u8, u64) {
        rule(writes_ == 0, "writes twice");
        rule(fallible_ == 0 || act_ == Act::Succeeds, "writes although its fallible act failed");
        rule(leaves_ == 0, "writes after it has left");
        ++writes_;
    }
    u64 imm(i64 value) { return static_cast<u64>(value); }
    u64 keep(u64 value) {
        rule(writes_ == 0, "keeps a value after its write");
        return value;
    }
    u64 pc_plus(i32) { return 1; }
    u64 link() { return 1; }
    template <auto f>
    u64 pure(u64 a, u64 b) {
        return f(a, b);
    }
    template <class T>
    Result load(u64) {
        return fallible();
    }
    template <class T>
    void store(u64, u64) {
        fallible();
    }
    template <class T>
    Result amo(AmoOp, u64, u64, Ordering) {
        return fallible();
    }
    template <class T>
    Result load_reserved(u64, Ordering) {
        return fallible();
    }
    template <class T>
    Result store_conditional(u64, u64, Ordering) {
        return fallible();
    }
    void fence(i32) {}
    void relaxed_next() {}
    void interpret() {
        rule(writes_ == 0 && fallible_ == 0, "hands over to the full hart after an act of its own");
        flow_ = Flow::System;
    }
    void jump(i32) { leave(Flow::Jump); }
    Result jump_register(u64) {
        const Result reached = fallible();
        flow_ = Flow::JumpReg;
        return reached;
    }
    void branch_if(bool, i32) { leave(Flow::Branch); }

    // The first rule it broke, for a line that says `expected`; empty when none.
    std::string_view verdict(Flow expected) {
        rule(flow_ == expected, "the table's flow is not what the meaning does");
        return wrong_;
    }

private:
    Result fallible() {
        rule(fallible_ == 0, "two fallible acts");
        rule(writes_ == 0, "a fallible act after its write");
        rule(leaves_ == 0, "a fallible act after it has left");
        ++fallible_;
        flow_ = Flow::Access;
        return act_ == Act::Succeeds ? Result{1} : std::nullopt;
    }
    void leave(Flow flow) {
        rule(leaves_ == 0, "leaves twice");
        rule(fallible_ == 0, "leaves after a fallible act");
        ++leaves_;
        flow_ = flow;
    }
    void rule(bool holds, std::string_view what) {
        if (!holds && wrong_.empty()) {
            wrong_ = what;
        }
    }

    Act act_;
    int writes_ = 0;
    int fallible_ = 0;
    int leaves_ = 0;
    Flow flow_ = Flow::Next;
    std::string_view wrong_;
};

constexpr Operands some_operands{4, 5, 6, 7};

template <class M>
std::string_view verdict_of(Flow expected) {
    for (const Act act : {Act::Succeeds, Act::Fails}) {
        Recorder hart(act);
        M::run(hart, some_operands);
        if (const auto wrong = hart.verdict(expected); !wrong.empty()) {
            return wrong;
        }
    }
    return {};
}

TEST(Meanings, all_are_restartable_and_flow_as_the_table_says) {
    std::size_t seen = 0;
#define INSN(id, mnemonic, ...)                                                                   \
    EXPECT_EQ(verdict_of<Meaning<Op::id>>(line_of(Op::id).flow), "") << mnemonic << " (" #id ")"; \
    ++seen;
#include "harts/isa/instructions.inc"
#undef INSN
    EXPECT_EQ(seen, op_count);
}

// Planted meanings, each with one mistake, and what the recorder says of it.
struct JalrThatReadsTooLate {
    template <class H>
    static void run(H& h, const Operands& d) {
        h.write(d.rd, h.link());
        (void)h.jump_register(h.read(d.rs1) + h.imm(d.imm));
    }
};
struct LoadThatWritesAnyway {
    template <class H>
    static void run(H& h, const Operands& d) {
        const auto value = h.template load<u64>(h.read(d.rs1));
        h.write(d.rd, value.value_or(0));
    }
};
struct StoreAfterWrite {
    template <class H>
    static void run(H& h, const Operands& d) {
        const auto address = h.read(d.rs1);
        h.write(d.rd, address);
        h.template store<u64>(address, address);
    }
};
struct TwoLoads {
    template <class H>
    static void run(H& h, const Operands& d) {
        const auto address = h.read(d.rs1);
        const auto first = h.template load<u64>(address);
        if (!first) {
            return;
        }
        const auto second = h.template load<u64>(address);
        if (second) {
            h.write(d.rd, *second);
        }
    }
};
struct TwoWrites {
    template <class H>
    static void run(H& h, const Operands& d) {
        h.write(d.rd, h.imm(1));
        h.write(d.rd, h.imm(2));
    }
};
struct BranchThatAlsoJumps {
    template <class H>
    static void run(H& h, const Operands& d) {
        h.branch_if(true, d.imm);
        h.jump(d.imm);
    }
};

TEST(Meanings, planted_mistakes_are_caught) {
    EXPECT_EQ(verdict_of<JalrThatReadsTooLate>(Flow::JumpReg),
              "reads after its write (rd may be the same register)");
    EXPECT_EQ(verdict_of<LoadThatWritesAnyway>(Flow::Access),
              "writes although its fallible act failed");
    EXPECT_EQ(verdict_of<StoreAfterWrite>(Flow::Access), "a fallible act after its write");
    EXPECT_EQ(verdict_of<TwoLoads>(Flow::Access), "two fallible acts");
    EXPECT_EQ(verdict_of<TwoWrites>(Flow::Next), "writes twice");
    EXPECT_EQ(verdict_of<BranchThatAlsoJumps>(Flow::Branch), "leaves twice");
    EXPECT_EQ(verdict_of<Meaning<Op::Ld>>(Flow::Next),
              "the table's flow is not what the meaning does");
    EXPECT_EQ(verdict_of<Meaning<Op::Beq>>(Flow::Jump),
              "the table's flow is not what the meaning does");
}

// And for the opaque value: a decision on it does not compile.
struct ConditionalOnAValue {
    template <class H>
    static auto run(H& h, const Operands& d)
        -> decltype(h.write(d.rd, h.read(d.rs1) == h.imm(0) ? h.imm(1) : h.imm(2))) {}
};
struct ArithmeticOnAValue {
    template <class H>
    static auto run(H& h, const Operands& d) -> decltype(h.write(d.rd, h.read(d.rs1) + h.imm(1))) {}
};
template <class M, class H>
concept Compiles = requires(H& h, const Operands& d) { M::run(h, d); };
static_assert(Compiles<ConditionalOnAValue, Recorder>, "a plain number would let it slip through");
static_assert(!Compiles<ConditionalOnAValue, OpaqueHart>);
static_assert(Compiles<ArithmeticOnAValue, OpaqueHart>);

}  // namespace
}  // namespace stampede::isa
