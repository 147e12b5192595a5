// What the loops need of the machine: console, boot arguments, harts, the end. Addresses are QEMU's
// virt board's.
#pragma once
#include <cstdint>

namespace bench_guest {

using u8 = std::uint8_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

inline constexpr unsigned max_harts = 64;

// What the device tree at `tree` says; the text stays in the tree.
struct BootInformation {
    const char* arguments = "";  // /chosen/bootargs
    unsigned harts = 0;          // nodes named cpu@…
};
BootInformation read_device_tree(const u8* tree);

// The text behind `key=` in the blank-separated list `arguments`, up to the next blank; length 0
// where there is none.
struct Text {
    const char* start = "";
    u64 length = 0;
    bool operator==(const char* other) const;
};
Text argument(const char* arguments, const char* key);
u64 number(Text text, u64 otherwise);  // decimal

void print(const char* text);
void print(u64 value);                  // decimal
void wake(unsigned hart);               // machine software interrupt
void sleep_until_woken(unsigned hart);  // acknowledges it
[[noreturn]] void power_off(u32 finisher_code);
inline constexpr u32 passed = 0x5555, failed = 0x3333 | 1 << 16;

inline u64 instructions_retired() {
    u64 value;
    asm volatile("csrr %0, minstret" : "=r"(value)::"memory");
    return value;
}

}  // namespace bench_guest
