// How far a command of many runs is.
#pragma once
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace stampede {

// A line that changes in place: on a terminal behind stderr, and nowhere else.
class StatusLine {
public:
    StatusLine() : terminal_(::isatty(STDERR_FILENO) != 0) {}
    ~StatusLine() {
        if (terminal_) {
            fmt::print(stderr, "\r\033[K");
        }
    }
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;
    void show(const std::string& text) const {
        if (terminal_) {
            fmt::print(stderr, "\r{}\033[K", text);
        }
    }

private:
    const bool terminal_;
};

}  // namespace stampede
