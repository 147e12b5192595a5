#include "bench/guest/platform.h"

namespace bench_guest {
namespace {

volatile u8* const uart = reinterpret_cast<volatile u8*>(0x1000'0000);
constexpr u64 line_status = 5, transmitter_empty = 0x20;
// CLINT msip, one a hart
volatile u32* const software_interrupt = reinterpret_cast<volatile u32*>(0x200'0000);
volatile u32* const finisher = reinterpret_cast<volatile u32*>(0x10'0000);

u32 big_endian(const u8* at) {
    return u32{at[0]} << 24 | u32{at[1]} << 16 | u32{at[2]} << 8 | at[3];
}

bool starts_with(const char* text, const char* prefix) {
    while (*prefix != 0 && *text == *prefix) {
        ++text, ++prefix;
    }
    return *prefix == 0;
}

u64 length_of(const char* text) {
    u64 length = 0;
    while (text[length] != 0) {
        ++length;
    }
    return length;
}

constexpr u64 align4(u64 value) { return (value + 3) & ~u64{3}; }

}  // namespace

// Devicetree specification 0.4, chapter 5: a flat list of tokens. Names are unique enough that
// nesting need not be followed.
BootInformation read_device_tree(const u8* tree) {
    constexpr u32 magic = 0xd00d'feed, begin_node = 1, end_node = 2, property = 3, nop = 4;
    BootInformation found;
    if (tree == nullptr || big_endian(tree) != magic) {
        return found;
    }
    const u8* at = tree + big_endian(tree + 8);
    const char* names = reinterpret_cast<const char*>(tree + big_endian(tree + 12));
    for (;;) {
        u32 token = big_endian(at);
        at += 4;
        if (token == begin_node) {
            const char* name = reinterpret_cast<const char*>(at);
            if (starts_with(name, "cpu@")) {
                ++found.harts;
            }
            at += align4(length_of(name) + 1);
        } else if (token == property) {
            u32 length = big_endian(at);
            if (starts_with(names + big_endian(at + 4), "bootargs")) {
                found.arguments = reinterpret_cast<const char*>(at + 8);
            }
            at += 8 + align4(length);
        } else if (token != end_node && token != nop) {
            return found;
        }
    }
}

bool Text::operator==(const char* other) const {
    return length_of(other) == length && starts_with(start, other);
}

Text argument(const char* arguments, const char* key) {
    u64 key_length = length_of(key);
    for (const char* at = arguments; *at != 0;) {
        u64 length = 0;
        while (at[length] != 0 && at[length] != ' ') {
            ++length;
        }
        if (length > key_length && starts_with(at, key) && at[key_length] == '=') {
            return {at + key_length + 1, length - key_length - 1};
        }
        at += length;
        while (*at == ' ') {
            ++at;
        }
    }
    return {};
}

u64 number(Text text, u64 otherwise) {
    u64 value = 0;
    for (u64 i = 0; i < text.length; ++i) {
        value = value * 10 + static_cast<u64>(text.start[i] - '0');
    }
    return text.length == 0 ? otherwise : value;
}

void print(const char* text) {
    for (; *text != 0; ++text) {
        while ((uart[line_status] & transmitter_empty) == 0) {
        }
        uart[0] = static_cast<u8>(*text);
    }
}

void print(u64 value) {
    char digits[21];
    char* at = digits + sizeof digits;
    *--at = 0;
    do {
        *--at = static_cast<char>('0' + value % 10);
    } while ((value /= 10) != 0);
    print(at);
}

void wake(unsigned hart) {
    asm volatile("fence rw, rw" ::: "memory");
    software_interrupt[hart] = 1;
}

void sleep_until_woken(unsigned hart) {
    while (software_interrupt[hart] == 0) {
        asm volatile("wfi");
    }
    software_interrupt[hart] = 0;
    asm volatile("fence rw, rw" ::: "memory");
}

void power_off(u32 finisher_code) {
    *finisher = finisher_code;
    for (;;) {
        asm volatile("wfi");
    }
}

}  // namespace bench_guest

// The compiler may call these two whatever it is told.
extern "C" {
void* memcpy(void* to, const void* from, unsigned long size) {
    auto* t = static_cast<unsigned char*>(to);
    auto* f = static_cast<const unsigned char*>(from);
    while (size-- != 0) {
        *t++ = *f++;
    }
    return to;
}

void* memset(void* to, int value, unsigned long size) {
    auto* t = static_cast<unsigned char*>(to);
    while (size-- != 0) {
        *t++ = static_cast<unsigned char>(value);
    }
    return to;
}
}
