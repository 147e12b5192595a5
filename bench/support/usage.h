// How a command line ends a benchmark before it has begun.
#pragma once
#include <expected>
#include <string>

namespace CLI {
class App;
}

namespace stampede::bench {

// Text for stderr, or for stdout where nothing was wrong (--help): then `wanted`.
struct UsageExit {
    std::string text;
    bool wanted = false;
};

// Lets `app` read the command line.
[[nodiscard]] std::expected<void, UsageExit> parse(CLI::App& app, int argc,
                                                   const char* const* argv);

}  // namespace stampede::bench
