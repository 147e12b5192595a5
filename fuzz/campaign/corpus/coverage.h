// What the programs of a corpus cover of the kernel, by function and line: `stampede.coverage/1`,
// as `guest_coverage` writes it.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"
#include "harts/guests/shelf.h"

namespace stampede::campaign {

struct LineCoverage {
    u32 line = 0;
    u64 edges = 0, covered = 0, hits = 0;
};
struct FunctionCoverage {
    std::string function, file;
    u64 edges = 0, covered = 0;
    bool reachable = true;  // by some program, as far as anybody knows
    std::vector<LineCoverage> lines;
};
struct PolicyCoverage {
    std::string policy;
    u64 programs = 0, edges = 0, covered = 0;
    std::vector<FunctionCoverage> functions;
};

// Error: names `name`, and what is wrong in it.
[[nodiscard]] Result<PolicyCoverage> parse_coverage(const std::string& text,
                                                    const std::string& name);

// Where a campaign keeps it, and that of the run before.
[[nodiscard]] std::filesystem::path coverage_file(const std::filesystem::path& out,
                                                  const std::string& policy);
[[nodiscard]] std::filesystem::path previous_coverage_file(const std::filesystem::path& out,
                                                           const std::string& policy);

// Runs `guest_coverage` over the corpus; `source` has the list of what no program can reach, if it
// is not empty. Error: there is no such program, or it fails.
[[nodiscard]] Result<void> measure_coverage(const Shelf& shelf, const std::string& policy,
                                            const std::filesystem::path& corpus,
                                            const std::filesystem::path& source,
                                            const std::filesystem::path& file);

// Functions of which more is covered than before, by how many edges; those that cover most first.
struct CoverageGain {
    std::string function;
    u64 edges = 0;
};
[[nodiscard]] std::vector<CoverageGain> gains(const PolicyCoverage& before,
                                              const PolicyCoverage& now);

}  // namespace stampede::campaign
