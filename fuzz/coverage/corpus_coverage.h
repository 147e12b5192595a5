// What the files of a corpus cover, each run as a program on the real kernel.
#pragma once
#include <filesystem>
#include <vector>

#include "fuzz/coverage/edge_coverage.h"
#include "fuzz/program_runner.h"

namespace stampede::fuzz {

struct CorpusCoverage {
    EdgeCoverage edges;
    u64 programs = 0;
    u64 with_findings = 0;  // programs that a sound kernel would not have stumbled over
};

// `setup` without its counters. Error: a folder or file that cannot be read, a kernel that cannot
// be run or has no code in `folders`.
[[nodiscard]] Result<CorpusCoverage> cover(RunnerSetup setup,
                                           const std::vector<std::filesystem::path>& corpora,
                                           const std::vector<std::string>& folders);

}  // namespace stampede::fuzz
