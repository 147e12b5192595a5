// What has to be built before a command line can run: `stress --needs ARGUMENTS...`, which
// ci/stress asks.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace stampede {

inline constexpr std::string_view needs_word = "--needs";  // stands first

// Files below the build folder: the kernel, with race detection the program that has it. None where
// nothing will run: for --help and --list, and where the command line is going to be refused.
[[nodiscard]] std::vector<std::string> needs(int argc, const char* const* argv);

}  // namespace stampede
