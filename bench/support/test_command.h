// For tests: a benchmark program run to its end.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harts/base/child.h"

namespace stampede::bench {

struct CommandResult {
    int status = -1;
    std::vector<std::string> lines;   // of its output and its errors
};

// `program`: under build/<tree>/, as beside() takes it.
[[nodiscard]] CommandResult run_command(const std::string& program, std::vector<std::string> arguments, const ChildSetup& setup = {});

// What `program` writes with --benchmark_out; null, and a failed test, where it fails or writes no JSON.
[[nodiscard]] nlohmann::json json_report(const std::string& program, std::vector<std::string> arguments);

}  // namespace stampede::bench
