// The guest's own memory and string functions, built for the host under other names
// (CMakeLists.txt): what every combination of size, alignment and overlap does, against plain
// loops.
#include "kernel/base/string.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

extern "C" {
void* guest_memcpy(void* to, const void* from, std::size_t bytes);
void* guest_memmove(void* to, const void* from, std::size_t bytes);
void* guest_memset(void* to, int value, std::size_t bytes);
int guest_memcmp(const void* left, const void* right, std::size_t bytes);
std::size_t guest_strlen(const char* text);
int guest_strcmp(const char* left, const char* right);
int guest_strncmp(const char* left, const char* right, std::size_t limit);
}

namespace kernel {
namespace {

constexpr std::size_t size = 96;
struct alignas(16) Bytes : std::array<unsigned char, size> {};

Bytes pattern() {
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<unsigned char>(i * 37 + 1);
    }
    return bytes;
}

TEST(GuestString, memcpy_copies_just_those_bytes_at_every_alignment) {
    const Bytes source = pattern();
    for (std::size_t to = 0; to < 9; ++to) {
        for (std::size_t from = 0; from < 9; ++from) {
            for (std::size_t bytes = 0; bytes < 40; ++bytes) {
                Bytes target{}, expected{};
                for (std::size_t i = 0; i < bytes; ++i) {
                    expected[to + i] = source[from + i];
                }
                EXPECT_EQ(guest_memcpy(&target[to], &source[from], bytes), &target[to]);
                ASSERT_EQ(target, expected) << to << " " << from << " " << bytes;
            }
        }
    }
}

TEST(GuestString, memmove_copies_overlapping_bytes_both_ways) {
    for (std::size_t to = 0; to < 40; ++to) {
        for (std::size_t from = 0; from < 40; ++from) {
            for (std::size_t bytes : {0, 1, 7, 8, 9, 24, 40}) {
                Bytes moved = pattern(), expected = pattern();
                for (std::size_t i = 0; i < bytes; ++i) {
                    expected[to + i] = pattern()[from + i];
                }
                EXPECT_EQ(guest_memmove(&moved[to], &moved[from], bytes), &moved[to]);
                ASSERT_EQ(moved, expected) << to << " " << from << " " << bytes;
            }
        }
    }
}

TEST(GuestString, memset_fills_just_those_bytes) {
    for (std::size_t to = 0; to < 17; ++to) {
        for (std::size_t bytes = 0; bytes < 40; ++bytes) {
            Bytes target = pattern(), expected = pattern();
            for (std::size_t i = 0; i < bytes; ++i) {
                expected[to + i] = 0xc3;
            }
            // only the low byte counts
            EXPECT_EQ(guest_memset(&target[to], 0x1c3, bytes), &target[to]);
            ASSERT_EQ(target, expected) << to << " " << bytes;
        }
    }
}

TEST(GuestString, memcmp_compares_unsigned_bytes) {
    EXPECT_EQ(guest_memcmp("abc", "abd", 2), 0);
    EXPECT_LT(guest_memcmp("abc", "abd", 3), 0);
    EXPECT_GT(guest_memcmp("\x80", "\x7f", 1), 0);
    EXPECT_EQ(guest_memcmp("a", "b", 0), 0);
}

TEST(GuestString, strings_end_at_their_nul) {
    EXPECT_EQ(guest_strlen(""), 0u);
    EXPECT_EQ(guest_strlen("four"), 4u);
    EXPECT_EQ(guest_strcmp("same", "same"), 0);
    EXPECT_LT(guest_strcmp("sam", "same"), 0);
    EXPECT_GT(guest_strcmp("same", "sam"), 0);
    EXPECT_GT(guest_strcmp("\xff", "a"), 0);
    EXPECT_EQ(guest_strncmp("same old", "same new", 5), 0);
    EXPECT_GT(guest_strncmp("same old", "same new", 6), 0);
    EXPECT_EQ(guest_strncmp("ab", "ab\0x", 10), 0);
    EXPECT_EQ(guest_strncmp("a", "b", 0), 0);
}

TEST(Page, copy_and_zero_touch_one_page_wholly) {
    alignas(8) static std::uint64_t source[512], target[514];
    for (std::uint64_t i = 0; i < 512; ++i) {
        source[i] = i * 0x9e37'79b9'7f4a'7c15 + 1;
    }
    target[0] = target[513] = 0x55;
    copy_page(&target[1], source);
    for (std::uint64_t i = 0; i < 512; ++i) {
        ASSERT_EQ(target[i + 1], source[i]);
    }
    zero_page(&target[1]);
    for (std::uint64_t i = 0; i < 512; ++i) {
        ASSERT_EQ(target[i + 1], 0u);
    }
    EXPECT_EQ(target[0], 0x55u);
    EXPECT_EQ(target[513], 0x55u);
}

}  // namespace
}  // namespace kernel
