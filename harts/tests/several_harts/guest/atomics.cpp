#include "harts/tests/several_harts/guest/guest.h"

namespace several_harts {
namespace {

struct alignas(64) Words {
    u64 add = 0, exclusive = 0, either = 0, both = ~u64{0};
    u64 most = 1, least = ~u64{0} >> 1, most_unsigned = 0, least_unsigned = ~u64{0};
    u64 token = 0;
} wide;
struct alignas(64) NarrowWords {
    u32 add = 0, exclusive = 0, either = 0, both = ~u32{0};
    u32 most = 1, least = ~u32{0} >> 1, most_unsigned = 0, least_unsigned = ~u32{0};
    u32 token = 0;
} narrow;

#define AMO(name, instruction)                       \
    template <class T>                               \
    T name(T& at, T operand) {                       \
        T old;                                       \
        if constexpr (sizeof(T) == 4) {              \
            asm volatile(instruction ".w %0, %2, %1" \
                         : "=r"(old), "+A"(at)       \
                         : "r"(operand)              \
                         : "memory");                \
        } else {                                     \
            asm volatile(instruction ".d %0, %2, %1" \
                         : "=r"(old), "+A"(at)       \
                         : "r"(operand)              \
                         : "memory");                \
        }                                            \
        return old;                                  \
    }
AMO(amo_swap, "amoswap")
AMO(amo_add, "amoadd")
AMO(amo_xor, "amoxor")
AMO(amo_or, "amoor")
AMO(amo_and, "amoand")
AMO(amo_max, "amomax")
AMO(amo_min, "amomin")
AMO(amo_maxu, "amomaxu")
AMO(amo_minu, "amominu")
#undef AMO

// Every hart does each operation `rounds` times; hart h's operands depend on h alone, so the end
// does not depend on the order.
template <class Words, class T>
T work(Words& words, u64 hart, T in_hand) {
    const auto own = static_cast<T>(hart);
    const T bit = static_cast<T>(T{1} << hart);
    for (u64 round = 0; round < parameters.rounds; ++round) {
        amo_add(words.add, static_cast<T>(own * 5 + 1));
        amo_xor(words.exclusive, bit);
        amo_or(words.either, bit);
        amo_and(words.both, static_cast<T>(~bit));
        amo_max(words.most, static_cast<T>(round + own * 1000));
        amo_min(words.least, static_cast<T>(0 - round - own * 1000));
        amo_maxu(words.most_unsigned, static_cast<T>(0 - (round + 1) - own * 1000));
        amo_minu(words.least_unsigned, static_cast<T>(1'000'000 - round - own * 1000));
        // what each has in hand goes round; none is lost and none doubled
        in_hand = amo_swap(words.token, in_hand);
    }
    return in_hand;
}

template <class Words>
void report(const Words& words, u64 hart) {
    u64* const values = results[hart].values;
    values[0] = words.add;
    values[1] = words.exclusive;
    values[2] = words.either;
    values[3] = words.both;
    values[4] = words.most;
    values[5] = words.least;
    values[6] = words.most_unsigned;
    values[7] = words.least_unsigned;
}

alignas(64) u64 hands, narrow_hands;

}  // namespace

// Doubles in results[0], words in results[1]; results[2]: [0] and [1] the sums of all tokens.
void amo_sums(u64 hart) {
    meet();
    const u64 hand = work(wide, hart, hart + 1);
    const u32 narrow_hand = work(narrow, hart, static_cast<u32>(hart + 1));
    __atomic_fetch_add(&hands, hand, __ATOMIC_RELAXED);
    __atomic_fetch_add(&narrow_hands, narrow_hand, __ATOMIC_RELAXED);
    meet();
    if (hart == 0) {
        report(wide, 0);
        report(narrow, 1);
        results[2].values[0] = hands + wide.token;
        results[2].values[1] = narrow_hands + narrow.token;
    }
}

// One double, of which each hart changes a part of its own by another instruction: byte 0 by sb,
// byte 1 by amoor and amoand on the lower word, bytes 2 and 3 by sh, byte 4 by lr.w/sc.w on the
// upper word, byte 5 by lr.d/sc.d, byte 6 by amoxor.d, byte 7 by sb.
namespace {

alignas(4096) union {
    u64 whole;
    u32 words[2];
    u16 halves[4];
    u8 bytes[8];
} mixed;

u64 read_part(u64 hart) {
    return hart == 2 ? __atomic_load_n(&mixed.halves[1], __ATOMIC_RELAXED)
                     : __atomic_load_n(&mixed.bytes[hart < 2 ? hart : hart + 1], __ATOMIC_RELAXED);
}

u64 write_part(u64 hart, u64 round) {
    const u64 value = round & 0xff;
    switch (hart) {
    case 0:
        __atomic_store_n(&mixed.bytes[0], static_cast<u8>(value), __ATOMIC_RELAXED);
        return value;
    case 1:
        amo_and(mixed.words[0], ~u32{0xff00});
        amo_or(mixed.words[0], static_cast<u32>(value << 8));
        return value;
    case 2:
        __atomic_store_n(&mixed.halves[1], static_cast<u16>(round), __ATOMIC_RELAXED);
        return round & 0xffff;
    case 3:
        for (;;) {
            const u32 old = load_reserved_w(mixed.words[1]);
            if (store_conditional_w(mixed.words[1], (old & ~u32{0xff}) | static_cast<u32>(value))) {
                return value;
            }
        }
    case 4:
        for (;;) {
            const u64 old = load_reserved_d(mixed.whole);
            if (store_conditional_d(mixed.whole, (old & ~(u64{0xff} << 40)) | value << 40)) {
                return value;
            }
        }
    case 5: amo_xor(mixed.whole, (read_part(5) ^ value) << 48); return value;
    default:
        __atomic_store_n(&mixed.bytes[7], static_cast<u8>(value), __ATOMIC_RELAXED);
        return value;
    }
}

}  // namespace

void mixed_widths(u64 hart) {
    meet();
    u64 wrong = 0, last = 0;
    for (u64 round = 0; round < parameters.rounds; ++round) {
        last = write_part(hart, round * 7 + hart);
        for (int look = 0; look < 3; ++look) {
            wrong += read_part(hart) != last;
        }
    }
    results[hart].values[0] = wrong;
    results[hart].values[1] = last;
    meet();
    if (hart == 0) {
        results[0].values[2] = mixed.whole;
    }
}

}  // namespace several_harts
