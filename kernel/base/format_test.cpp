// The kernel's printf. Expected texts are what the C standard's fprintf gives for the same format.
#include "kernel/base/format.h"

#include <gtest/gtest.h>

#include <climits>
#include <cstdint>
#include <string>

#include "kernel/base/print.h"

namespace kernel {
namespace {

#define FORMATTED(...) (format_to(buffer, sizeof buffer, __VA_ARGS__), std::string(buffer))

class Format : public testing::Test {
protected:
    char buffer[128];
};

TEST_F(Format, decimal_numbers) {
    EXPECT_EQ(FORMATTED("%d %d %d", 0, 42, -17), "0 42 -17");
    EXPECT_EQ(FORMATTED("%d %d", INT_MAX, INT_MIN), "2147483647 -2147483648");
    EXPECT_EQ(FORMATTED("%ld", LONG_MIN), "-9223372036854775808");
    EXPECT_EQ(FORMATTED("%u", 0xffff'ffffu), "4294967295");
    EXPECT_EQ(FORMATTED("%lu", ~0ul), "18446744073709551615");
    EXPECT_EQ(FORMATTED("%zu", std::size_t{7}), "7");
}

TEST_F(Format, hexadecimal_numbers) {
    EXPECT_EQ(FORMATTED("0x%x", 0xdead'beefu), "0xdeadbeef");
    EXPECT_EQ(FORMATTED("%lx", 0x0123'4567'89ab'cdeful), "123456789abcdef");
    EXPECT_EQ(FORMATTED("%x", 0u), "0");
}

TEST_F(Format, width_and_zero_padding) {
    EXPECT_EQ(FORMATTED("[%5d]", 42), "[   42]");
    EXPECT_EQ(FORMATTED("[%5d]", -42), "[  -42]");
    EXPECT_EQ(FORMATTED("[%05d]", -42), "[-0042]");
    EXPECT_EQ(FORMATTED("%016lx", 0xdead'beeful), "00000000deadbeef");
    EXPECT_EQ(FORMATTED("[%2u]", 12345u), "[12345]");
    EXPECT_EQ(FORMATTED("[%-6s]", "ab"), "[ab    ]");
}

TEST_F(Format, pointers_have_sixteen_digits) {
    EXPECT_EQ(FORMATTED("%p", reinterpret_cast<void*>(0x8000'1000)), "0x0000000080001000");
}

TEST_F(Format, characters_strings_and_percent) {
    EXPECT_EQ(FORMATTED("%c%s%%%c", 'a', "bc", 'd'), "abc%d");
    EXPECT_EQ(FORMATTED("%s", static_cast<const char*>(nullptr)), "(null)");
    EXPECT_EQ(FORMATTED("%s", ""), "");
}

TEST_F(Format, several_widths_of_argument_in_one_call_stay_in_step) {
    EXPECT_EQ(FORMATTED("%d %ld %s %u %lx %c", -1, -2l, "three", 4u, 5ul, '6'),
              "-1 -2 three 4 5 6");
}

TEST_F(Format, a_conversion_it_does_not_know_is_shown_and_a_lone_percent_ends) {
    const char* unknown = "%q";  // through a pointer: the compiler would complain
    const char* lone = "50%";
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-security"
#pragma clang diagnostic ignored "-Wformat-nonliteral"
    EXPECT_EQ(FORMATTED(unknown), "%q");
    EXPECT_EQ(FORMATTED(lone), "50");
#pragma clang diagnostic pop
}

TEST_F(Format, what_does_not_fit_is_cut_and_nul_terminated) {
    buffer[4] = '!';
    EXPECT_EQ(format_to(buffer, 4, "%s", "abcdef"), 3u);
    EXPECT_STREQ(buffer, "abc");
    EXPECT_EQ(buffer[4], '!');
    EXPECT_EQ(format_to(buffer, 4, "%08d", 1), 3u);
    EXPECT_STREQ(buffer, "000");
    EXPECT_EQ(format_to(buffer, 1, "x"), 0u);
    EXPECT_STREQ(buffer, "");
    buffer[0] = '!';
    EXPECT_EQ(format_to(buffer, 0, "x"), 0u);
    EXPECT_EQ(buffer[0], '!');
}

TEST(Print, a_line_goes_to_the_console_whole) {
    testing::internal::CaptureStderr();  // the host's console
    print("process %d at 0x%016lx\n", 7, 0xdead'beeful);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "process 7 at 0x00000000deadbeef\n");
}

TEST(Print, lines_are_cut_at_256_bytes) {
    testing::internal::CaptureStderr();
    print("%s", std::string(1000, 'x').c_str());
    EXPECT_EQ(testing::internal::GetCapturedStderr(), std::string(255, 'x'));
}

TEST(PanicDeathTest, a_panic_says_what_and_where_and_ends_the_machine) {
    EXPECT_DEATH(panic("no %s at %d", "frame", 5), "panic: no frame at 5\nCPU 0");
    EXPECT_DEATH(KERNEL_ASSERT(2 + 2 == 5),
                 "panic: format_test.cpp:[0-9]+: assertion failed: 2 \\+ 2 == 5");
}

}  // namespace
}  // namespace kernel
