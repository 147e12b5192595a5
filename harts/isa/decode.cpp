// From words to operations: buckets by the bits that most encodings fix, made from the tables at
// compile time.
#include <algorithm>

#include "harts/isa/compressed.h"
#include "harts/isa/instruction.h"

namespace stampede::isa {
namespace {

// Every word that `first` accepts `second` accepts too.
constexpr bool refines(const Pattern& first, const Pattern& second) {
    return (first.mask & second.mask) == second.mask && (first.match & second.mask) == second.match;
}
constexpr bool overlap(const Pattern& a, const Pattern& b) {
    return ((a.match ^ b.match) & a.mask & b.mask) == 0;
}
// No two lines accept one word, unless the one above refines the one below.
template <std::size_t count, class Table>
consteval bool unambiguous(const Table& table) {
    for (std::size_t above = 0; above < count; ++above) {
        for (std::size_t below = above + 1; below < count; ++below) {
            if (overlap(table[above].pattern, table[below].pattern) &&
                !(refines(table[above].pattern, table[below].pattern) &&
                  table[above].pattern.mask != table[below].pattern.mask)) {
                return false;
            }
        }
    }
    return true;
}
static_assert(unambiguous<op_count>(lines));
static_assert(unambiguous<compressed_count>(compressed_lines));

template <class Table>
consteval bool has_length(const Table& table, std::size_t count, u32 length) {
    return std::all_of(
        table.begin(), table.begin() + static_cast<std::ptrdiff_t>(count), [&](const auto& line) {
            return (line.pattern.mask & 3) == 3 && ((line.pattern.match & 3) == 3) == (length == 4);
        });
}
static_assert(has_length(lines, op_count, 4));
static_assert(has_length(compressed_lines, compressed_count, 2));

constexpr u32 bits(u32 word, unsigned high, unsigned low) {
    return (word >> low) & ((u32{2} << (high - low)) - 1);
}

// Lines by bucket, in the table's order; `end` fills the rest.
template <std::size_t buckets, std::size_t capacity>
using Buckets = std::array<std::array<u8, capacity>, buckets>;

template <std::size_t buckets, std::size_t capacity, class Table>
consteval Buckets<buckets, capacity> sort_lines(const Table& table, std::size_t count,
                                                u32 index_mask, auto word_of_bucket) {
    Buckets<buckets, capacity> sorted{};
    for (u32 bucket = 0; bucket < buckets; ++bucket) {
        sorted[bucket].fill(static_cast<u8>(count));
        std::size_t used = 0;
        for (std::size_t line = 0; line < count; ++line) {
            const Pattern& pattern = table[line].pattern;
            if (((word_of_bucket(bucket) ^ pattern.match) & pattern.mask & index_mask) == 0) {
                sorted[bucket].at(used++) = static_cast<u8>(line);
            }
        }
        if (used == capacity) {
            throw "every bucket keeps room for its end";
        }
    }
    return sorted;
}

// By opcode (bits 6:2) and funct3 (bits 14:12).
constexpr auto word_buckets = sort_lines<256, 16>(lines, op_count, 0x707c, [](u32 bucket) {
    return bits(bucket, 4, 0) << 2 | bits(bucket, 7, 5) << 12;
});
// By quadrant (bits 1:0) and funct3 (bits 15:13).
constexpr auto halfword_buckets =
    sort_lines<32, 16>(compressed_lines, compressed_count, 0xe003,
                       [](u32 bucket) { return bits(bucket, 1, 0) | bits(bucket, 4, 2) << 13; });

Op op_of(u32 word) {
    for (const u8 line : word_buckets[bits(word, 6, 2) | bits(word, 14, 12) << 5]) {
        if (lines[line].pattern.accepts(word) || line == op_count) {
            return lines[line].op;
        }
    }
    return Op::Illegal;
}

u8 destination(u32 number) { return number == 0 ? sink_register : static_cast<u8>(number); }

Operands operands_of(u32 word, Format format) {
    const auto signed_word = static_cast<i32>(word);
    const u8 rd = destination(bits(word, 11, 7));
    const auto rs1 = static_cast<u8>(bits(word, 19, 15));
    const auto rs2 = static_cast<u8>(bits(word, 24, 20));
    const auto unsigned_imm = static_cast<i32>(bits(word, 31, 20));
    switch (format) {
    case Format::R: return {0, rd, rs1, rs2};
    case Format::I: return {signed_word >> 20, rd, rs1, 0};
    case Format::S:
        return {((signed_word >> 25) << 5) | static_cast<i32>(bits(word, 11, 7)), sink_register,
                rs1, rs2};
    case Format::B: {
        const u32 low = bits(word, 7, 7) << 11 | bits(word, 30, 25) << 5 | bits(word, 11, 8) << 1;
        return {((signed_word >> 31) << 12) | static_cast<i32>(low), sink_register, rs1, rs2};
    }
    case Format::U: return {static_cast<i32>(word & 0xffff'f000), rd, 0, 0};
    case Format::J: {
        const u32 low =
            bits(word, 19, 12) << 12 | bits(word, 20, 20) << 11 | bits(word, 30, 21) << 1;
        return {((signed_word >> 31) << 20) | static_cast<i32>(low), rd, 0, 0};
    }
    case Format::Shift: return {static_cast<i32>(bits(word, 25, 20)), rd, rs1, 0};
    case Format::Csr:
    case Format::CsrImmediate: return {unsigned_imm, rd, rs1, 0};
    case Format::Amo: return {static_cast<i32>(bits(word, 26, 25)), rd, rs1, rs2};
    case Format::Fence: return {unsigned_imm, sink_register, 0, 0};
    case Format::None: return {0, sink_register, 0, 0};
    }
    return {0, sink_register, 0, 0};
}

constexpr Operands no_operands{0, sink_register, 0, 0};

Decoded decode_compressed(u16 halfword) {
    const CompressedLine* line = compressed_line(halfword);
    if (line == nullptr) {
        return {Op::Illegal, 2, no_operands};
    }
    return {line->op,
            2,
            {line->immediate.gather(halfword, line->extend),
             destination(register_at(line->rd, halfword)), register_at(line->rs1, halfword),
             register_at(line->rs2, halfword)}};
}

bool holds(const CompressedLine& line, u32 halfword) {
    switch (line.constraint) {
    case Constraint::None: return true;
    case Constraint::NonzeroImmediate: return line.immediate.gather(halfword, line.extend) != 0;
    case Constraint::NonzeroRd: return register_at(line.rd, halfword) != 0;
    case Constraint::NonzeroRs1: return register_at(line.rs1, halfword) != 0;
    }
    return false;
}

}  // namespace

const CompressedLine* compressed_line(u16 halfword) {
    for (const u8 number : halfword_buckets[bits(halfword, 1, 0) | bits(halfword, 15, 13) << 2]) {
        if (number == compressed_count) {
            return nullptr;
        }
        const CompressedLine& line = compressed_lines[number];
        if (line.pattern.accepts(halfword)) {
            return holds(line, halfword) ? &line : nullptr;
        }
    }
    return nullptr;
}

Decoded decode(u32 word) {
    if ((word & 3) != 3) {
        return decode_compressed(static_cast<u16>(word));
    }
    const Op op = op_of(word);
    return {op, 4, op == Op::Illegal ? no_operands : operands_of(word, line_of(op).format)};
}

}  // namespace stampede::isa
