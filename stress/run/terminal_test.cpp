#include "stress/run/terminal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>

namespace stampede {
namespace {

std::string filtered(std::string_view keys) {
    KeyFilter filter;
    std::string done;
    for (const char c : keys) {
        u8 key = static_cast<u8>(c);
        switch (filter.next(key)) {
        case KeyFilter::Action::Send: done += static_cast<char>(key); break;
        case KeyFilter::Action::Quit: done += "<quit>"; break;
        case KeyFilter::Action::Help: done += "<help>"; break;
        case KeyFilter::Action::None: break;
        }
    }
    return done;
}

TEST(KeyFilter, ordinary_keys_go_to_the_guest_control_c_too) {
    EXPECT_EQ(filtered("ls\r\x03"), "ls\r\x03");
}

TEST(KeyFilter, control_a_begins_a_command_of_the_harness) {
    EXPECT_EQ(filtered("a\x01x"), "a<quit>");
    EXPECT_EQ(filtered("\x01h\x01?"), "<help><help>");
    EXPECT_EQ(filtered("\x01\x01"
                       "b"),
              "\x01"
              "b");
    EXPECT_EQ(filtered("\x01zq"), "q");
}

class TerminalInputTest : public testing::Test {
protected:
    TerminalInputTest() { EXPECT_EQ(::pipe(ends_.data()), 0); }
    ~TerminalInputTest() override {
        ::close(ends_[0]);
        close_writer();
    }
    void write(std::string_view text) {
        ASSERT_EQ(::write(ends_[1], text.data(), text.size()), ssize_t(text.size()));
    }
    void close_writer() {
        if (ends_[1] >= 0) {
            ::close(std::exchange(ends_[1], -1));
        }
    }
    // Everything up to the end of the input, or to `wanted` bytes.
    std::string take(TerminalInput& input, std::size_t wanted) {
        std::string text;
        while (text.size() < wanted && !input.over()) {
            if (const auto byte = input.take()) {
                text += static_cast<char>(*byte);
            } else {
                ::usleep(100);
            }
        }
        return text;
    }
    std::array<int, 2> ends_{};
    std::atomic<int> ready_{0}, quit_{0};
    std::function<void()> count_ready_ = [this] { ++ready_; }, count_quit_ = [this] { ++quit_; };
};

TEST_F(TerminalInputTest, a_pipe_is_passed_on_as_it_is_and_ends_with_control_d) {
    TerminalInput input(ends_[0], TerminalInput::Source::Pipe, count_ready_, count_quit_);
    input.start();
    write("ls\n\x01x");
    EXPECT_EQ(take(input, 5), "ls\n\x01x");
    EXPECT_FALSE(input.over());
    close_writer();
    EXPECT_EQ(take(input, 1), "\x04");
    while (!input.over()) {
        ::usleep(100);
    }
    EXPECT_GE(ready_, 1);
    EXPECT_EQ(quit_, 0);
}

TEST_F(TerminalInputTest, on_a_terminal_control_a_x_asks_to_quit) {
    TerminalInput input(ends_[0], TerminalInput::Source::Terminal, count_ready_, count_quit_);
    input.start();
    write("a\x01xb");
    EXPECT_EQ(take(input, 2), "ab");
    EXPECT_EQ(quit_, 1);
}

TEST_F(TerminalInputTest, an_input_that_never_ends_does_not_hold_up_the_end) {
    TerminalInput input(ends_[0], TerminalInput::Source::Pipe, count_ready_, count_quit_);
    input.start();
    EXPECT_EQ(input.take(), std::nullopt);
}

}  // namespace
}  // namespace stampede
