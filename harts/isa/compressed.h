// What the table of compressed instructions says, as types.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "harts/isa/instruction.h"

namespace stampede::isa {

enum class CompressedOp : u8 {
#define COMPRESSED(id, ...) id,
#include "harts/isa/compressed.inc"
#undef COMPRESSED
    Reserved
};
inline constexpr std::size_t compressed_count = static_cast<std::size_t>(CompressedOp::Reserved);

// Where a register operand stands.
enum class RegisterField : u8 { X0, X1, X2, High, Low, HighPrime, LowPrime };
enum class Extend : u8 { Zero, Sign };
enum class Constraint : u8 { None, NonzeroImmediate, NonzeroRd, NonzeroRs1 };

// Which bit of the word is which bit of the immediate.
struct ImmediateLayout {
    static constexpr std::size_t most = 11;  // bits, in c.j
    std::array<u8, most> word_bit{};
    std::array<u8, most> value_bit{};
    u8 count = 0;
    u8 highest = 0;  // of value_bit

    [[nodiscard]] constexpr i32 gather(u32 word, Extend extend) const {
        u32 value = 0;
        for (u8 n = 0; n < count; ++n) {
            value |= ((word >> word_bit[n]) & 1) << value_bit[n];
        }
        const int unused = 31 - highest;
        return extend == Extend::Sign ? static_cast<i32>(value << unused) >> unused
                                      : static_cast<i32>(value);
    }
    [[nodiscard]] constexpr u32 scatter(i32 value) const {
        u32 word = 0;
        for (u8 n = 0; n < count; ++n) {
            word |= ((static_cast<u32>(value) >> value_bit[n]) & 1) << word_bit[n];
        }
        return word;
    }
};

// `order` as the specification writes it: bits and ranges from high to low, "5:3,2,6".
consteval ImmediateLayout parse_immediate(std::string_view encoding, std::string_view order) {
    ImmediateLayout layout;
    std::size_t at = 0;
    const auto number = [&] {
        unsigned value = 0;
        while (at < order.size() && order[at] >= '0' && order[at] <= '9') {
            value = value * 10 + static_cast<unsigned>(order[at++] - '0');
        }
        return value;
    };
    while (at < order.size()) {
        const unsigned high = number();
        unsigned low = high;
        if (at < order.size() && order[at] == ':') {
            ++at;
            low = number();
        }
        if (low > high) {
            throw "a range goes from high to low";
        }
        for (unsigned bit = high + 1; bit-- > low;) {
            layout.value_bit[layout.count++] = static_cast<u8>(bit);
            layout.highest = bit > layout.highest ? static_cast<u8>(bit) : layout.highest;
        }
        if (at < order.size() && order[at++] != ',') {
            throw "bits and ranges are parted by commas";
        }
    }
    std::size_t letters = 0;
    for (std::size_t n = 0; n < encoding.size(); ++n) {
        if (encoding[n] == 'i') {
            layout.word_bit[letters++] = static_cast<u8>(encoding.size() - 1 - n);
        }
    }
    if (letters != layout.count) {
        throw "the immediate names as many bits as the encoding has i";
    }
    return layout;
}

struct CompressedLine {
    CompressedOp id;
    std::string_view mnemonic;
    Op op;
    Pattern pattern;
    RegisterField rd;
    RegisterField rs1;
    RegisterField rs2;
    ImmediateLayout immediate;
    Extend extend;
    Constraint constraint;
    std::string_view syntax;
};

inline constexpr std::array<CompressedLine, compressed_count> compressed_lines{{
#define COMPRESSED(id, mnemonic, op, encoding, rd, rs1, rs2, immediate, extend, constraint, \
                   syntax)                                                                  \
    {CompressedOp::id,                                                                      \
     mnemonic,                                                                              \
     Op::op,                                                                                \
     parse_pattern(encoding),                                                               \
     RegisterField::rd,                                                                     \
     RegisterField::rs1,                                                                    \
     RegisterField::rs2,                                                                    \
     parse_immediate(encoding, immediate),                                                  \
     Extend::extend,                                                                        \
     Constraint::constraint,                                                                \
     syntax},
#include "harts/isa/compressed.inc"
#undef COMPRESSED
}};

constexpr u8 register_at(RegisterField field, u32 word) {
    switch (field) {
    case RegisterField::X0: return 0;
    case RegisterField::X1: return 1;
    case RegisterField::X2: return 2;
    case RegisterField::High: return (word >> 7) & 31;
    case RegisterField::Low: return (word >> 2) & 31;
    case RegisterField::HighPrime: return 8 + ((word >> 7) & 7);
    case RegisterField::LowPrime: return 8 + ((word >> 2) & 7);
    }
    return 0;
}

// The line that `halfword` is, or null: reserved, or an extension that is not there. Pure; any
// thread.
[[nodiscard]] const CompressedLine* compressed_line(u16 halfword);

}  // namespace stampede::isa
