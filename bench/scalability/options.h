// The command line of bench_scalability.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "bench/scalability/selection.h"
#include "bench/support/usage.h"

namespace stampede::bench {

struct ScalabilityOptions : Selection {
    ScalabilityOptions()
        : Selection{{1, 2, 4, 8, 16, 32},
                    {},
                    {"fork_exit_wait", "cow_fault", "pipe_roundtrip", "getpid"}} {}

    u64 window = default_window;
    CacheCosts costs;
    unsigned jobs = 1;          // points at once; default: the host's cores
    double host_seconds = 0.2;  // wall time of each point on the host itself; 0: not measured
    bool commuting = true;
    std::string json, html, compare;
    double limit = 5;  // per cent that a point may lose
};

// `policies`: the kernels there are, which all are measured where none is named.
[[nodiscard]] std::expected<ScalabilityOptions, UsageExit> parse_scalability_options(
    int argc, const char* const* argv, const std::vector<std::string>& policies);

}  // namespace stampede::bench
