#include "bench/scalability/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>
#include <thread>

#include "bench/support/emulator.h"
#include "harts/report/nearest_names.h"

namespace stampede::bench {
namespace {

constexpr std::array cost_names{std::pair{"load_shared", &CacheCosts::load_shared}, std::pair{"load_exclusive", &CacheCosts::load_exclusive},
                                std::pair{"store", &CacheCosts::store},             std::pair{"upgrade", &CacheCosts::upgrade},
                                std::pair{"atomic", &CacheCosts::atomic},           std::pair{"first", &CacheCosts::first}};

// Empty: it is one of them.
std::string objection(const std::string& word, CacheCosts& costs) {
    const auto equals = word.find('=');
    const auto known = std::ranges::find(cost_names, word.substr(0, equals), [](const auto& one) { return std::string(one.first); });
    u64 cycles = 0;
    if (equals == std::string::npos || known == cost_names.end() || !CLI::detail::lexical_cast(word.substr(equals + 1), cycles)) {
        std::vector<std::string> names;
        for (const auto& [name, _] : cost_names) {
            names.emplace_back(name);
        }
        return fmt::format("--cost: {}, expected NAME=CYCLES, with NAME one of {}", word, fmt::join(names, ", "));
    }
    costs.*known->second = cycles;
    return "";
}

std::string objection(const ScalabilityOptions& options, const std::vector<std::string>& policies) {
    for (const unsigned cpus : options.cpus) {
        if (cpus < 1 || cpus > max_harts) {
            return fmt::format("--cpus: {}, expected 1 to {}", cpus, max_harts);
        }
    }
    for (const std::string& policy : options.policies) {
        if (!std::filesystem::exists(beside(fmt::format("guest/kernel-{}.elf", policy)))) {
            return fmt::format("--policy: there is no kernel {}, expected one of {}", policy, fmt::join(policies, ", "));
        }
    }
    for (const std::string& program : options.programs) {
        if (!std::filesystem::exists(beside(fmt::format("guest/user/{}.elf", program)))) {
            return fmt::format("--program: there is no program {}", program);
        }
    }
    return "";
}

void add_all(CLI::App& app, ScalabilityOptions& options, std::vector<std::string>& costs, bool& no_commuting) {
    app.add_option("--cpus", options.cpus, "LIST: numbers of harts, each 1 to 64")->delimiter(',')->capture_default_str();
    app.add_option("--policy", options.policies, "LIST: kernels")->delimiter(',')->capture_default_str();
    app.add_option("--program", options.programs, "LIST: benchmarks of the guest (stress --list); a copy runs for each hart")->delimiter(',')->capture_default_str();
    app.add_option("--window", options.window, "emulated nanoseconds that each point is measured for")->check(CLI::Range(u64{10'000}, u64{10'000'000'000}))->capture_default_str();
    app.add_option("--cost", costs, "NAME=CYCLES: what getting a cache line costs (harts/schedule/cache_lines.h); several");
    app.add_option("--jobs", options.jobs, "points at once")->check(CLI::Range(1, 1024))->capture_default_str();
    app.add_option("--host", options.host_seconds, "seconds of each point on this host, a thread a hart; 0: none")->check(CLI::Range(0.0, 3600.0))->capture_default_str();
    app.add_flag("--no-commutativity", no_commuting, "leave out which operations that commute conflict");
    app.add_option("--json", options.json, "FILE: the report, for programs and for --compare");
    app.add_option("--html", options.html, "FILE: the report, for people");
    app.add_option("--compare", options.compare, "FILE: an older report's --json; says what changed")->check(CLI::ExistingFile);
    app.add_option("--limit", options.limit, "per cent that a point may lose against --compare")->check(CLI::Range(0.0, 100.0))->capture_default_str();
    app.footer("Exit: 0, 1 where something could not be measured or the usage is wrong, 2 where a point lost more than --limit.");
}

template <class T>
void make_unique(std::vector<T>& all) {
    std::vector<T> kept;
    for (const T& one : all) {
        if (std::ranges::find(kept, one) == kept.end()) {
            kept.push_back(one);
        }
    }
    all = std::move(kept);
}

}  // namespace

std::vector<Point> ScalabilityOptions::points() const {
    std::vector<Point> all;
    for (const std::string& program : programs) {
        for (const std::string& policy : policies) {
            for (const unsigned harts : cpus) {
                all.push_back({policy, program, harts});
            }
        }
    }
    return all;
}

std::vector<std::string> correct_policies() {
    constexpr std::string_view begin = "kernel-", wrong = "kernel-seeded_bug_", end = ".elf";
    std::vector<std::string> all;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(beside("guest"), none)) {
        const std::string name = entry.path().filename();
        if (name.starts_with(begin) && name.ends_with(end) && !name.starts_with(wrong)) {
            all.push_back(name.substr(begin.size(), name.size() - begin.size() - end.size()));
        }
    }
    std::ranges::sort(all);
    return all;
}

std::expected<ScalabilityOptions, UsageExit> parse_scalability_options(int argc, const char* const* argv,
                                                                             const std::vector<std::string>& policies) {
    ScalabilityOptions options;
    options.jobs = std::max(std::thread::hardware_concurrency(), 1u);
    options.policies = policies;
    std::vector<std::string> costs;
    bool no_commuting = false;
    CLI::App app("How does throughput grow with harts, and what keeps it from growing?", "bench_scalability");
    add_all(app, options, costs, no_commuting);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        std::ostringstream out, err;
        const bool wanted = app.exit(problem, out, err) == 0;
        return std::unexpected(UsageExit{wanted ? out.str() : err.str(), wanted});
    }
    options.commuting = !no_commuting;
    make_unique(options.cpus);
    make_unique(options.policies);
    make_unique(options.programs);
    std::string why = objection(options, policies);
    for (const std::string& word : costs) {
        why = why.empty() ? objection(word, options.costs) : why;
    }
    if (!why.empty()) {
        return std::unexpected(UsageExit{"bench_scalability: " + why + "\n"});
    }
    return options;
}

}  // namespace stampede::bench
