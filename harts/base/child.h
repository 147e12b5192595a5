// A child process whose output is read line by line, with the CPU time it had used when each line
// came.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "harts/base/error.h"

namespace stampede {

struct Line {
    std::string text;   // without its end, carriage return or newline
    double cpu_s = 0;   // of the child and all its threads, seconds since it started
    double wall_s = 0;  // of the monotonic clock
};

struct ChildSetup {
    // Who hears the terminal's Ctrl-C: the child too, or only the process that started it.
    enum class Group { Parents, Own };
    Group group = Group::Parents;
    // NAME=value, beside what this process has or in its place
    std::vector<std::string> environment = {};
};

// One thread at a time. The child's input is empty; its errors are read with its output. Killed
// when this goes, and by the system when the thread that started it ends, however it ends.
class Child {
public:
    // `command[0]` is looked up in PATH. Error: the program cannot be started.
    [[nodiscard]] static Result<Child> start(const std::vector<std::string>& command,
                                             const ChildSetup& setup = {});
    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;
    ~Child();

    // The next line; nothing at the end of output. Error: no line for `patience_s` seconds.
    [[nodiscard]] Result<std::optional<Line>> next_line(double patience_s = 120);
    // CPU seconds used up to now; once waited for, with what its own children used that it has
    // waited for.
    [[nodiscard]] double cpu_s() const;
    // Sends it a signal; where it has a group of its own, its children too. Not after wait().
    void send(int signal) const;
    // Waits for its end: the exit status, 128 + the signal that killed it.
    int wait();

private:
    Child(pid_t pid, int output, ChildSetup::Group group)
        : pid_(pid), output_(output), group_(group) {}

    pid_t pid_;  // -1: waited for, or moved from
    int output_;
    ChildSetup::Group group_;
    double used_s_ = 0;  // known once it is waited for
    std::string pending_;
};

}  // namespace stampede
