#include "bench/support/usage.h"

#include <CLI/CLI.hpp>
#include <sstream>

namespace stampede::bench {

std::expected<void, UsageExit> parse(CLI::App& app, int argc, const char* const* argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        std::ostringstream out, err;
        const bool wanted = app.exit(problem, out, err) == 0;
        return std::unexpected(UsageExit{wanted ? out.str() : err.str(), wanted});
    }
    return {};
}

}  // namespace stampede::bench
