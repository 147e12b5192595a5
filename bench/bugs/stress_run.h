// One run of `stress` as a child process, within a limit of CPU time.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harts/base/child.h"
#include "harts/base/error.h"

namespace stampede::bench {

struct FoundThing {
    std::string kind, title, key;  // as in stampede.finding/1
};

struct StressRun {
    std::vector<FoundThing>
        findings;          // without what accuses the host or the harness: timeout, harness_fault
    double run_cpu_s = 0;  // of the run as stress tells it: without search and start
    double cpu_s = 0;      // of all: the child's and its children's
    bool cut = false;      // the limit was reached
    std::string problem;   // it ended as no run should; else empty
    std::string output;    // the last lines
};

// What `stress --help` names among `options` ("--replay").
[[nodiscard]] bool stress_knows(const std::string& option);

// Reads a child's output, of which the end is kept, until it ends. At `limit_s` of its process's
// CPU time it gets `signal`, and SIGKILL two minutes of host time behind that. Gives whether the
// limit was reached.
[[nodiscard]] bool hear_out(Child& child, double limit_s, int signal, std::string& output);

// Runs `stress` with `arguments`, and `--json` into `folder`. At `limit_s` of its process's CPU
// time it is interrupted: what it has found until then counts. Error: it refused (status 1 or 3) or
// cannot be started.
[[nodiscard]] Result<StressRun> run_stress(std::vector<std::string> arguments,
                                           const std::filesystem::path& folder, double limit_s);

// The findings in a stampede.run/1, and run_cpu_s. Error: it is none.
[[nodiscard]] Result<StressRun> parse_run(const std::string& json);

}  // namespace stampede::bench
