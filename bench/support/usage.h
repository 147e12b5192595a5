// How a command line ends a benchmark before it has begun.
#pragma once
#include <string>

namespace stampede::bench {

// Text for stderr, or for stdout where nothing was wrong (--help): then `wanted`.
struct UsageExit {
    std::string text;
    bool wanted = false;
};

}  // namespace stampede::bench
