#include "bench/bugs/run_cell.h"

#include <fmt/format.h>

#include <filesystem>
#include <limits>

#include "bench/bugs/budget.h"
#include "bench/bugs/stress_run.h"
#include "bench/bugs/temporary_folder.h"

namespace stampede::bench {
namespace {

constexpr std::uint64_t first_operations = 50;
constexpr unsigned seeds_a_cell = 100000;  // so that two cells share none
// Operations and CPU time end a run: neither guest time nor the host's decides anything on a loaded
// host.
constexpr const char* endless = "100000s";
constexpr const char* replay_timeout =
    "600s";                            // a hang guard: a replay ends when it has shown its finding
constexpr unsigned most_replayed = 2;  // findings of a run: a race has many pairs of functions

std::vector<std::string> arguments_of(const Cell& cell, const std::string& mode,
                                      const std::string& workload, std::uint64_t operations,
                                      unsigned run, const BugOptions& options) {
    std::vector<std::string> arguments{
        "--cpus",         std::to_string(options.cpus),
        "--seed",         std::to_string(cell.seed * seeds_a_cell + run),
        "--ops",          std::to_string(operations),
        "--duration",     endless,
        "--timeout",      endless,
        "--max-findings", "1",
        "--policy",       cell.policy(),
        "--schedule",     cell.schedule};
    if (mode == "race") {
        arguments.emplace_back("--race");
    }
    arguments.push_back(workload);
    return arguments;
}

// How many of the findings have a replay file, and whether it shows them. Adds what it took to
// `cpu_s`.
Again show_again(const StressRun& run, const std::filesystem::path& folder,
                 const BugOptions& options, double& cpu_s) {
    Again again{.findings = static_cast<unsigned>(run.findings.size())};
    const std::string all = fmt::format("{0} of {0} runs showed it again", options.times);
    for (const FoundThing& finding : run.findings) {
        const std::filesystem::path replay = folder / "findings" / finding.key / "replay";
        if (!std::filesystem::exists(replay)) {
            continue;
        }
        ++again.repeatable;
        if (again.tried == most_replayed) {
            continue;
        }
        ++again.tried;
        const auto replayed =
            run_stress({"--replay", replay, "--times", std::to_string(options.times), "--timeout",
                        replay_timeout},
                       folder, std::numeric_limits<double>::infinity());
        if (!replayed) {
            continue;
        }
        cpu_s += replayed->cpu_s;
        if (replayed->output.contains(all)) {
            ++again.replayed;
        }
    }
    return again;
}

}  // namespace

Abilities Abilities::of_stress() {
    return {stress_knows("--replay") && stress_knows("--times"), stress_knows("--search")};
}

Result<CellResult> run_cell(const Cell& cell, const std::vector<std::string>& workloads,
                            double budget_s, const BugOptions& options, Abilities abilities) {
    const auto folder = TemporaryFolder::create("bench_bugs");
    if (!folder) {
        return error(folder.error().message);
    }
    const bool parallel = cell.schedule == "parallel";
    const bool search =
        parallel && abilities.searches && options.search != 0 && cell.bug != clean_kernel;
    Budget budget(budget_s);
    CellResult result{.cell = cell};
    // Each mode and workload has its own speed.
    std::vector<std::uint64_t> operations(options.modes.size() * workloads.size(),
                                          first_operations);
    while (!result.found && !budget.is_spent()) {
        const std::size_t kind = result.runs % operations.size();
        const std::string& mode = options.modes[kind % options.modes.size()];
        const std::string& workload = workloads[kind / options.modes.size()];
        auto arguments =
            arguments_of(cell, mode, workload, operations[kind], result.runs++, options);
        arguments.insert(arguments.end(), {"--findings", folder->path() / "findings"});
        if (search) {
            arguments.insert(arguments.end(), {"--search", fmt::format("{}s", options.search)});
        }
        const auto run = run_stress(arguments, folder->path(), budget.left());
        if (!run) {
            return error(run.error().message);
        }
        if (!run->problem.empty()) {
            result.problem = run->problem;
        }
        const bool found = !run->findings.empty();
        budget.spend(found && search ? run->run_cpu_s : run->cpu_s);
        operations[kind] = budget.operations_after(operations[kind], run->cpu_s);
        if (!found) {
            continue;
        }
        result.found = true;
        result.kind = run->findings.front().kind;
        result.title = run->findings.front().title;
        result.mode = mode;
        result.workload = workload;
        if (search) {
            result.again_cpu_s = run->cpu_s - run->run_cpu_s;
        }
        if (abilities.replays && (!parallel || search)) {
            result.again = show_again(*run, folder->path(), options, result.again_cpu_s);
        }
    }
    result.cpu_s = budget.used();
    return result;
}

}  // namespace stampede::bench
