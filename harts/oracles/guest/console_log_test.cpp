#include "harts/oracles/guest/console_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace stampede {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void say(ConsoleLog& log, std::string_view text) {
    for (const char c : text) {
        log.put(static_cast<u8>(c));
    }
}

TEST(ConsoleLog, keeps_the_text_and_the_last_line_that_says_something) {
    ConsoleLog log;
    say(log, "one\r\ntwo\n   \n");
    EXPECT_EQ(log.text(), "one\r\ntwo\n   \n");
    EXPECT_EQ(log.last_line(), "two");
    EXPECT_EQ(log.bytes(), 13u);
    say(log, "unfinished");
    EXPECT_EQ(log.last_line(), "unfinished");
}

TEST(ConsoleLog, a_panic_is_alarming_together_with_the_backtrace_behind_it) {
    ConsoleLog log;
    say(log, "hello\npanic: lock kmem: unlocked\nhart 3\n  0x1234\n");
    ASSERT_EQ(log.alarming().size(), 1u);
    EXPECT_EQ(log.alarming()[0].kind, AlarmingLine::Kind::Panic);
    EXPECT_EQ(log.alarming()[0].line, "panic: lock kmem: unlocked");
    EXPECT_THAT(log.alarming()[0].following, ElementsAre("hart 3", "  0x1234"));
    EXPECT_TRUE(log.panicked());
}

TEST(ConsoleLog, a_panic_may_be_in_capitals_behind_what_a_program_said) {
    ConsoleLog log;
    say(log, "$ onePANIC: sys_exec\n");
    EXPECT_TRUE(log.panicked());
    EXPECT_EQ(panic_at("$ onePANIC: sys_exec"), 12u);
    EXPECT_EQ(panic_at("panic: "), 7u);
    EXPECT_FALSE(panic_at("don't panic"));
}

TEST(ConsoleLog, an_unforeseen_trap_is_alarming_together_with_one_line) {
    ConsoleLog log;
    say(log, "usertrap(): unexpected scause 0x2 pid=4\n sepc=0x10 stval=0x0\nlater\n");
    ASSERT_EQ(log.alarming().size(), 1u);
    EXPECT_EQ(log.alarming()[0].kind, AlarmingLine::Kind::UserTrap);
    EXPECT_THAT(log.alarming()[0].following, ElementsAre(" sepc=0x10 stval=0x0"));
    EXPECT_FALSE(log.panicked());
}

TEST(ConsoleLog, a_segmentation_fault_of_a_program_is_not_alarming) {
    ConsoleLog log;
    say(log, "Segmentation fault from process 3 at address 0x00000000deadbeef\n");
    EXPECT_TRUE(log.alarming().empty());
}

TEST(ConsoleLog, of_endless_output_beginning_and_end_are_kept) {
    ConsoleLog log;
    say(log, "beginning\n");
    for (int n = 0; n < 40'000; ++n) {
        say(log, "the same line again and again\n");
    }
    say(log, "end\n");
    const std::string text = log.text();
    EXPECT_LT(text.size(), 500'000u);
    EXPECT_TRUE(text.starts_with("beginning\n"));
    EXPECT_TRUE(text.ends_with("\nend\n"));
    EXPECT_THAT(text, HasSubstr(" bytes left out]"));
    EXPECT_EQ(log.bytes(), 10u + 40'000 * 30 + 4);
}

TEST(ConsoleLog, lines_are_passed_on_as_a_whole_and_the_rest_at_the_end) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    std::array<char, 64> buffer{};
    {
        ConsoleLog log(ends[1]);
        say(log, "ab\ncd");
        ASSERT_EQ(::read(ends[0], buffer.data(), buffer.size()), 3);
        EXPECT_EQ(std::string_view(buffer.data(), 3), "ab\n");
    }
    ASSERT_EQ(::read(ends[0], buffer.data(), buffer.size()), 2);
    EXPECT_EQ(std::string_view(buffer.data(), 2), "cd");
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(ConsoleLog, input_comes_from_the_given_source) {
    int next = 'a';
    ConsoleLog log(-1, ConsoleLog::Flush::Lines, [&]() -> std::optional<u8> {
        return next <= 'b' ? std::optional(static_cast<u8>(next++)) : std::nullopt;
    });
    EXPECT_EQ(log.get(), 'a');
    EXPECT_EQ(log.get(), 'b');
    EXPECT_EQ(log.get(), std::nullopt);
    EXPECT_EQ(ConsoleLog().get(), std::nullopt);
}

TEST(ConsoleLog, who_takes_nothing_for_long_gets_no_more_and_that_is_told) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    ConsoleLog log(ends[1]);
    const std::string line(1000, 'x');
    for (unsigned n = 0; n < 300; ++n) {  // more than a pipe holds
        say(log, line + "\n");
    }
    log.flush();
    EXPECT_THAT(log.lost(), testing::HasSubstr("took nothing"));
    EXPECT_EQ(log.bytes(), 300 * 1001u);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(ConsoleLog, a_full_disk_is_told_and_a_reader_that_has_gone_is_not) {
    const int full = ::open("/dev/full", O_WRONLY);
    ConsoleLog log(full);
    say(log, "hello\n");
    EXPECT_THAT(log.lost(), testing::HasSubstr("No space left"));
    EXPECT_EQ(log.text(), "hello\n");
    ::close(full);

    ::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    ::close(ends[0]);
    ConsoleLog unread(ends[1]);
    say(unread, "hello\n");
    EXPECT_EQ(unread.lost(), "");
    ::close(ends[1]);
}

}  // namespace
}  // namespace stampede
