// What the fuzz targets take from the environment.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/program_runner.h"
#include "harts/schedule/schedule_spec.h"

namespace stampede::fuzz {

enum class OnFinding : u8 { Abort, Continue };

struct TargetEnvironment {
    RunnerSetup runner;  // guest, harts
    std::filesystem::path findings;
    std::optional<ScheduleSpec> schedule;  // for all inputs; nothing: each has its own
    std::string policy;
    OnFinding on_finding = OnFinding::Abort;

    [[nodiscard]] bool in_parallel() const { return schedule && !schedule->repeatable(); }
    // The running program in the same environment: argv. The other one leaves STAMPEDE_SCHEDULE to
    // the input.
    [[nodiscard]] std::vector<std::string> command() const;
    [[nodiscard]] std::vector<std::string> repeatable_command() const;

    // Error: names the variable, what it holds and what is expected.
    [[nodiscard]] static Result<TargetEnvironment> read();
};

}  // namespace stampede::fuzz
