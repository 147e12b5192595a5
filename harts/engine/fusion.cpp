#include "harts/engine/fusion.h"

#include <array>
#include <utility>

#include "harts/core/hart.h"
#include "harts/isa/meanings.h"

namespace stampede::handlers {
namespace {

using isa::Op;

// Neither can fail nor leave its page, so a pair has no slow path. What chains of integer code are
// made of.
constexpr std::array firsts{Op::Slli, Op::Srli, Op::Addi, Op::Andi, Op::Xor, Op::Add, Op::Mul};
constexpr std::array seconds{Op::Slli, Op::Srli, Op::Addi, Op::Andi, Op::Xor,
                             Op::Add,  Op::Sub,  Op::Or,   Op::Mul};

enum class Forward : u8 { Nothing, Rs1, Rs2, Count };

// as a register number: the value that the first instruction has written
constexpr u8 forwarded = 33;

// The H of isa/meanings.h, as far as these instructions need it.
struct Pair {
    Hart* hart;
    u64 last = 0;
    u64 read(u8 r) const { return r == forwarded ? last : hart->own.x[r]; }
    void write(u8 r, u64 v) { hart->own.x[r] = last = v; }
    static u64 imm(i64 v) { return static_cast<u64>(v); }
};

template <Op first, unsigned first_length, Op second, unsigned second_length, Forward forward>
void pair(Hart* hart, const Slot* slot, i64 budget, TlbBank* data) {
    const Slot* other = slot + first_length / 2;
    Pair both{hart};
    isa::Meaning<first>::run(both, isa::Operands{slot->imm, slot->rd, slot->rs1, slot->rs2});
    isa::Meaning<second>::run(
        both, isa::Operands{other->imm, other->rd, forward == Forward::Rs1 ? forwarded : other->rs1,
                            forward == Forward::Rs2 ? forwarded : other->rs2});
    slot = other + second_length / 2;
    [[clang::musttail]] return slot->handler(hart, slot, budget, data);
}

constexpr std::size_t lengths = 2, forwards = static_cast<std::size_t>(Forward::Count);
constexpr std::size_t pairs = firsts.size() * seconds.size() * lengths * lengths * forwards;

constexpr std::size_t index_of(std::size_t first, std::size_t second, unsigned first_length,
                               unsigned second_length, Forward forward) {
    const std::size_t sizes = (first_length / 2 - 1) * lengths + (second_length / 2 - 1);
    return ((first * seconds.size() + second) * lengths * lengths + sizes) * forwards +
           static_cast<std::size_t>(forward);
}

template <std::size_t n>
constexpr Handler pair_numbered() {
    constexpr std::size_t sizes = n / forwards % (lengths * lengths),
                          ops = n / forwards / (lengths * lengths);
    return pair<firsts[ops / seconds.size()], (sizes / lengths + 1) * 2,
                seconds[ops % seconds.size()], (sizes % lengths + 1) * 2,
                static_cast<Forward>(n % forwards)>;
}

constexpr std::array<Handler, pairs> table = []<std::size_t... n>(std::index_sequence<n...>) {
    return std::array<Handler, pairs>{pair_numbered<n>()...};
}(std::make_index_sequence<pairs>{});

template <std::size_t size>
std::size_t place_of(Op op, const std::array<Op, size>& ops) {
    std::size_t n = 0;
    while (n < size && ops[n] != op) {
        ++n;
    }
    return n;
}

// Two reads of the forwarded register are rare: then nothing is forwarded.
Forward forwarding(const isa::Decoded& first, const isa::Decoded& second) {
    const u8 written = first.operands.rd;
    const bool two_sources = isa::line_of(second.op).format == isa::Format::R;
    const bool first_source = second.operands.rs1 == written,
               second_source = two_sources && second.operands.rs2 == written;
    if (first_source == second_source) {
        return Forward::Nothing;
    }
    return first_source ? Forward::Rs1 : Forward::Rs2;
}

}  // namespace

Handler fused(const isa::Decoded& first, const isa::Decoded& second) {
    const std::size_t a = place_of(first.op, firsts), b = place_of(second.op, seconds);
    if (a == firsts.size() || b == seconds.size()) {
        return nullptr;
    }
    return table[index_of(a, b, first.length, second.length, forwarding(first, second))];
}

}  // namespace stampede::handlers
