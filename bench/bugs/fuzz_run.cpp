#include "bench/bugs/fuzz_run.h"

#include <fmt/format.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "harts/report/atomic_file.h"

namespace stampede::bench {
namespace {

constexpr int passed = 0, found_something = 77;  // libFuzzer's exit codes
constexpr int unusable = 1;                      // ours
constexpr std::string_view never_ready = "its executor is not ready";
constexpr double longest_replay_s = 600;  // of CPU time: a hang guard

Result<nlohmann::json> read_finding(const std::filesystem::path& folder) {
    const auto text = read_file(folder / "finding.json");
    if (!text) {
        return std::unexpected(text.error());
    }
    auto json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object()) {
        return error((folder / "finding.json").string() + ": no JSON object");
    }
    return json;
}

}  // namespace

Result<StressRun> run_fuzz(const FuzzRun& run, double limit_s) {
    const std::string name = run.program.filename();
    const std::filesystem::path corpus = run.folder / ("corpus-" + name),
                                findings = run.folder / "findings";
    std::filesystem::create_directories(corpus);
    auto child = Child::start(
        {"env", "STAMPEDE_POLICY=" + run.policy, fmt::format("STAMPEDE_CPUS={}", run.cpus),
         "STAMPEDE_FINDINGS=" + findings.string(), run.program, fmt::format("-seed={}", run.seed),
         "-artifact_prefix=" + (run.folder / "crash-").string(), corpus});
    if (!child) {
        return error(child.error().message);
    }
    StressRun result;
    // What it has found stands in its folder already.
    const bool cut = hear_out(*child, limit_s, SIGKILL, result.output);
    const int status = child->wait();
    // A kernel that is so wrong that no program can be run on it.
    if (!cut && status == unusable && result.output.contains(never_ready)) {
        result.problem = name + ": the kernel's executor is not ready";
    } else if (!cut && status != passed && status != found_something) {
        return error(fmt::format("{}: exit status {}\n{}", name, status, result.output));
    }
    std::error_code none_yet;
    for (const auto& entry : std::filesystem::directory_iterator(findings, none_yet)) {
        const auto finding = read_finding(entry.path());
        if (finding) {
            result.findings.push_back(
                {finding->value("kind", ""), finding->value("title", ""), entry.path().filename()});
        }
    }
    result.run_cpu_s = result.cpu_s = child->cpu_s();
    result.cut = cut;
    return result;
}

bool shows_again(const std::filesystem::path& folder, unsigned times, double& cpu_s) {
    const auto finding = read_finding(folder);
    if (!finding) {
        return false;
    }
    const auto command = finding->value("reproduce", std::vector<std::string>());
    for (unsigned n = 0; n < times; ++n) {
        auto child = Child::start(command);
        if (!child) {
            return false;
        }
        std::string output;
        (void)hear_out(*child, longest_replay_s, SIGKILL, output);
        const int status = child->wait();
        cpu_s += child->cpu_s();
        if (status != found_something) {
            return false;
        }
    }
    return true;
}

}  // namespace stampede::bench
