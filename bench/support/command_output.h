// Commands that run to their end, and the time between two lines of their output.
#pragma once
#include <string>
#include <vector>

#include "harts/base/child.h"

namespace stampede::bench {

// Runs `command` to its end, its output thrown away. Error: as time_between().
[[nodiscard]] Result<void> run_to_end(const std::vector<std::string>& command);

// What a command did between two lines of its output: the first that starts with `from`, and the
// last of the first `times` behind it that `to` matches as a whole.
struct Stretch {
    std::string from;
    std::string to;  // a regular expression, whose first group is a number
    unsigned times = 1;
};
struct Span {
    double cpu_s = 0;  // of the command's process
    double wall_s = 0;
    double sum = 0;  // of the numbers
};

// Runs `command` to its end. Error: it cannot be started, falls silent, prints no such lines, or
// exits with a status other than 0; with its last lines.
[[nodiscard]] Result<Span> time_between(const std::vector<std::string>& command,
                                        const Stretch& stretch);

}  // namespace stampede::bench
