// The command line of bench_scalability.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "bench/scalability/measurement.h"
#include "bench/support/usage.h"

namespace stampede::bench {

struct ScalabilityOptions {
    std::vector<unsigned> cpus{1, 2, 4, 8, 16, 32};
    std::vector<std::string> policies;                    // default: all kernels that are not wrong on purpose
    std::vector<std::string> programs{"fork_exit_wait", "cow_fault", "pipe_roundtrip", "getpid"};
    u64 window = default_window;
    CacheCosts costs;
    unsigned jobs = 1;                                    // points at once; default: the host's cores
    double host_seconds = 0.2;                            // wall time of each point on the host itself; 0: not measured
    bool commuting = true;
    std::string json, html, compare;
    double limit = 5;                                     // per cent that a point may lose

    // Program by program, policy by policy.
    [[nodiscard]] std::vector<Point> points() const;
};

// `policies`: the kernels there are, which all are measured where none is named.
[[nodiscard]] std::expected<ScalabilityOptions, UsageExit> parse_scalability_options(int argc, const char* const* argv,
                                                                                    const std::vector<std::string>& policies);

// The kernels beside this program, but the seeded bugs; by name.
[[nodiscard]] std::vector<std::string> correct_policies();

}  // namespace stampede::bench
