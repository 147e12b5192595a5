// The command line of bench_kernel.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "bench/scalability/selection.h"
#include "bench/support/usage.h"

namespace stampede::bench {

struct KernelBenchOptions : Selection {
    // The guest's benchmarks but two: `apart` ends by itself, `commute` waits between its
    // operations on purpose.
    KernelBenchOptions()
        : Selection{{1, 2, 4, 8, 16},
                    {},
                    {"fork_exit_wait", "fork_exec_wait", "cow_fault", "copyout_page", "page_table",
                     "sbrk_touch", "pipe_roundtrip", "getpid"}} {}

    double seconds = 1;               // wall time of each point
    std::vector<std::string> google;  // Google Benchmark's words, the program's name first

    // Whether people read what is printed.
    [[nodiscard]] bool for_people() const;
};

// `policies`: the kernels there are, which all are measured where none is named.
[[nodiscard]] std::expected<KernelBenchOptions, UsageExit> parse_kernel_bench_options(
    int argc, const char* const* argv, const std::vector<std::string>& policies);

}  // namespace stampede::bench
