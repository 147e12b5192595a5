// A command that is given some time, and asked, then forced, to end.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/child.h"

namespace stampede::campaign {

struct Limits {
    double ask_s = 60;    // SIGINT after so many seconds of host time
    double kill_s = 120;  // SIGKILL, likewise
};

struct Supervised {
    enum class End { ByItself, Asked, Killed };
    End end = End::ByItself;
    int status = 0;    // exit status, 128 + the signal that ended it
    std::string tail;  // the last lines of its output, at most some KiB
    double seconds = 0;
};

// Asked whether everything is to end: then the command is asked at once.
using StopWanted = std::function<bool()>;

// Runs it in a group of its own; `hear` gets every line. Error: it cannot be started.
[[nodiscard]] Result<Supervised> supervise(const std::vector<std::string>& command,
                                           const std::vector<std::string>& environment,
                                           Limits limits, const StopWanted& stop,
                                           const std::function<void(std::string_view)>& hear = {});

// The monotonic clock.
[[nodiscard]] double seconds_now();

}  // namespace stampede::campaign
