// A child process whose output is read line by line, with the CPU time it had used when each line came.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"

namespace stampede::bench {

struct Line {
    std::string text;        // without its end, carriage return or newline
    double cpu_s = 0;        // of the child and all its threads, seconds since it started
    double wall_s = 0;       // of the monotonic clock
};

// One thread at a time. The child's input is empty; its errors are read with its output. Killed when this goes.
class Child {
public:
    // `command[0]` is looked up in PATH. Error: the program cannot be started.
    [[nodiscard]] static Result<Child> start(const std::vector<std::string>& command);
    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;
    ~Child();

    // The next line; nothing at the end of output. Error: no line for `patience_s` seconds.
    [[nodiscard]] Result<std::optional<Line>> next_line(double patience_s = 120);
    // CPU seconds used up to now; once waited for, with what its own children used that it has waited for.
    [[nodiscard]] double cpu_s() const;
    // Sends it a signal. Not after wait().
    void send(int signal) const;
    // Waits for its end: the exit status, 128 + the signal that killed it.
    int wait();

private:
    Child(pid_t pid, int output) : pid_(pid), output_(output) {}

    pid_t pid_;              // -1: waited for, or moved from
    int output_;
    double used_s_ = 0;      // known once it is waited for
    std::string pending_;
};

// Runs `command` to its end, its output thrown away. Error: as time_between().
[[nodiscard]] Result<void> run_to_end(const std::vector<std::string>& command);

// What a command did between two lines of its output: the first that starts with `from`, and the first behind it that `to`
// matches as a whole.
struct Span {
    double cpu_s = 0;        // of the command's process
    double wall_s = 0;
    std::string captured;    // by the first group of `to`
};

// Runs `command` to its end. Error: it cannot be started, falls silent, prints no such lines, or exits with a status other
// than 0; with its last lines.
[[nodiscard]] Result<Span> time_between(const std::vector<std::string>& command, std::string_view from,
                                        const std::string& to);

}  // namespace stampede::bench
