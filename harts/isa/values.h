// Operations on register values. A meaning uses these and the operators + - * ^ | & == != and
// nothing else, so that Value may be a plain u64 (interpreter) or the name of a host register
// (translator), whose overloads argument-dependent lookup finds.
#pragma once
#include <limits>
#include <type_traits>

#include "harts/base/types.h"

namespace stampede::isa {

inline u64 shl(u64 a, u64 b) { return a << (b & 63); }
inline u64 shr(u64 a, u64 b) { return a >> (b & 63); }
inline u64 sar(u64 a, u64 b) { return static_cast<u64>(static_cast<i64>(a) >> (b & 63)); }
inline bool less(u64 a, u64 b) { return static_cast<i64>(a) < static_cast<i64>(b); }
inline bool below(u64 a, u64 b) { return a < b; }
inline u64 number(bool b) { return b ? 1 : 0; }

// Truncates to T and extends as T's sign says.
template <class T>
u64 extend(u64 v) {
    return static_cast<u64>(static_cast<i64>(static_cast<T>(v)));
}
template <>
inline u64 extend<u32>(u64 v) {
    return static_cast<u32>(v);
}

// Pure functions of two values, for what no host has in one instruction with RISC-V's corner cases
// (unprivileged specification, chapter "M", table of division by zero and overflow).
inline u64 multiply_high(u64 a, u64 b) {
    return static_cast<u64>((static_cast<__int128>(static_cast<i64>(a)) * static_cast<i64>(b)) >>
                            64);
}
inline u64 multiply_high_unsigned(u64 a, u64 b) {
    return static_cast<u64>((static_cast<unsigned __int128>(a) * b) >> 64);
}
inline u64 multiply_high_signed_unsigned(u64 a, u64 b) {
    return static_cast<u64>(
        (static_cast<__int128>(static_cast<i64>(a)) * static_cast<__int128>(b)) >> 64);
}
inline bool division_overflows(u64 a, u64 b) {
    return static_cast<i64>(a) == std::numeric_limits<i64>::min() && static_cast<i64>(b) == -1;
}
inline u64 divide(u64 a, u64 b) {
    if (b == 0) {
        return ~u64{0};
    }
    return division_overflows(a, b) ? a
                                    : static_cast<u64>(static_cast<i64>(a) / static_cast<i64>(b));
}
inline u64 remainder(u64 a, u64 b) {
    if (b == 0) {
        return a;
    }
    return division_overflows(a, b) ? 0
                                    : static_cast<u64>(static_cast<i64>(a) % static_cast<i64>(b));
}
inline u64 divide_unsigned(u64 a, u64 b) { return b == 0 ? ~u64{0} : a / b; }
inline u64 remainder_unsigned(u64 a, u64 b) { return b == 0 ? a : a % b; }

enum class AmoOp : u8 { Swap, Add, Xor, And, Or, Min, Max, Minu, Maxu };

// What an AMO stores, T being the access's signed type.
template <class T>
constexpr T amo_result(AmoOp op, T old, T operand) {
    using U = std::conditional_t<sizeof(T) == 4, u32, u64>;
    const auto unsigned_old = static_cast<U>(old);
    const auto unsigned_operand = static_cast<U>(operand);
    switch (op) {
    case AmoOp::Swap: return operand;
    case AmoOp::Add: return static_cast<T>(unsigned_old + unsigned_operand);
    case AmoOp::Xor: return static_cast<T>(unsigned_old ^ unsigned_operand);
    case AmoOp::And: return static_cast<T>(unsigned_old & unsigned_operand);
    case AmoOp::Or: return static_cast<T>(unsigned_old | unsigned_operand);
    case AmoOp::Min: return old < operand ? old : operand;
    case AmoOp::Max: return old < operand ? operand : old;
    case AmoOp::Minu: return unsigned_old < unsigned_operand ? old : operand;
    case AmoOp::Maxu: return unsigned_old < unsigned_operand ? operand : old;
    }
    return old;
}

enum class CsrOp : u8 { Write, Set, Clear };

// The aq and rl bits of an AMO, LR or SC.
struct Ordering {
    bool acquire;
    bool release;
};
constexpr Ordering ordering(i32 imm) { return {(imm & 2) != 0, (imm & 1) != 0}; }

}  // namespace stampede::isa
