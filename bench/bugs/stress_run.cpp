#include "bench/bugs/stress_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "harts/guests/shelf.h"
#include "harts/report/atomic_file.h"

namespace stampede::bench {
namespace {

constexpr double look_s = 0.05;  // between two looks at the child's CPU clock
constexpr double ending_s =
    120;  // of host time: a child that outlives its interrupt so long is killed
constexpr int passed = 0, findings = 2, interrupted = 130, killed = 128;

}  // namespace

bool hear_out(Child& child, double limit_s, int signal, std::string& output) {
    constexpr std::size_t kept = std::size_t{1} << 16;  // bytes
    bool cut = false;
    double since_cut = 0;
    for (;;) {
        const auto line = child.next_line(look_s);
        if (line && !*line) {
            return cut;
        }
        if (line) {
            output += (*line)->text + "\n";
        }
        if (output.size() > 2 * kept) {
            output.erase(0, output.size() - kept);
        }
        if (!line && cut && (since_cut += look_s) > ending_s) {
            child.send(SIGKILL);
        }
        if (!cut && child.cpu_s() >= limit_s) {
            child.send(signal);
            cut = true;
        }
    }
}

bool stress_knows(const std::string& option) {
    auto child = Child::start({Shelf::beside_program().command("stress"), "--help"});
    if (!child) {
        return false;
    }
    bool known = false;
    for (auto line = child->next_line(); line && *line; line = child->next_line()) {
        known |= (*line)->text.find(option + " ") != std::string::npos;
    }
    return known;
}

Result<StressRun> parse_run(const std::string& text) {
    try {
        const auto json = nlohmann::json::parse(text);
        StressRun run;
        run.run_cpu_s = json.value("cpu_s", 0.0);
        for (const auto& finding : json.at("findings")) {
            FoundThing found{finding.at("kind"), finding.at("title"), finding.at("key")};
            if (found.kind != "timeout" && found.kind != "harness_fault") {
                run.findings.push_back(std::move(found));
            } else {
                run.problem = fmt::format("{}: {}", found.kind, found.title);
            }
        }
        return run;
    } catch (const nlohmann::json::exception& wrong) {
        return error(fmt::format("the report of a run is not as expected: {}", wrong.what()));
    }
}

Result<StressRun> run_stress(std::vector<std::string> arguments,
                             const std::filesystem::path& folder, double limit_s) {
    const std::filesystem::path report = folder / "run.json";
    std::error_code ignored;
    std::filesystem::remove(report, ignored);
    std::vector<std::string> command{Shelf::beside_program().command("stress"), "--json", report};
    command.insert(command.end(), arguments.begin(), arguments.end());
    auto child = Child::start(command);
    if (!child) {
        return error(child.error().message);
    }
    std::string output;
    const bool cut = hear_out(*child, limit_s, SIGINT, output);
    const int status = child->wait();
    StressRun run;
    if (status == passed || status == findings || status == interrupted) {
        const auto text = read_file(report);
        if (text) {
            auto parsed = parse_run(*text);
            if (!parsed) {
                return error(parsed.error().message);
            }
            run = std::move(*parsed);
        }
    } else if (status > killed) {
        run.problem =
            fmt::format("{}: killed by signal {}", fmt::join(command, " "), status - killed);
    } else {
        return error(
            fmt::format("{}: exit status {}\n{}", fmt::join(command, " "), status, output));
    }
    run.cpu_s = child->cpu_s();
    run.cut = cut;
    run.output = std::move(output);
    return run;
}

}  // namespace stampede::bench
