// One run of a fuzz target as a child process, within a limit of CPU time.
#pragma once
#include <filesystem>
#include <string>

#include "bench/bugs/stress_run.h"

namespace stampede::bench {

struct FuzzRun {
    std::filesystem::path program;  // fuzz_syscalls or fuzz_syscalls-race
    std::string policy;
    unsigned cpus = 2;  // harts
    unsigned seed = 1;
    // with its corpus, which the next run goes on with, and findings/
    std::filesystem::path folder;
};

// Runs it until it finds something, or until its process has used `limit_s` of CPU time. Error: it
// ended otherwise, or cannot be started.
[[nodiscard]] Result<StressRun> run_fuzz(const FuzzRun& run, double limit_s);

// Whether the command that a finding's report names shows it `times` times; adds what it took to
// `cpu_s`.
[[nodiscard]] bool shows_again(const std::filesystem::path& finding, unsigned times, double& cpu_s);

}  // namespace stampede::bench
