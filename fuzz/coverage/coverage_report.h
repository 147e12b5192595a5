// What was covered, for people and for machines.
#pragma once
#include <string>
#include <vector>

#include "fuzz/coverage/edge_coverage.h"

namespace stampede::fuzz {

struct CoverageReport {
    std::string policy;
    u64 programs = 0;
    std::vector<FunctionCoverage> functions;  // all
    std::vector<FunctionCoverage> reachable;  // those that a program could reach
};

// A table of folders and functions, and the total.
[[nodiscard]] std::string coverage_text(const CoverageReport& report);

// The edges that nobody went, of what a program could reach: `file:line function: way`. Equal ones
// stand once, with their number.
[[nodiscard]] std::string uncovered_text(const CoverageReport& report);

// `stampede.coverage/1`: totals, and each function with its lines.
[[nodiscard]] std::string coverage_json(const CoverageReport& report);

}  // namespace stampede::fuzz
