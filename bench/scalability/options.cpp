#include "bench/scalability/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <thread>

namespace stampede::bench {
namespace {

constexpr std::array cost_names{std::pair{"load_shared", &CacheCosts::load_shared},
                                std::pair{"load_exclusive", &CacheCosts::load_exclusive},
                                std::pair{"store", &CacheCosts::store},
                                std::pair{"upgrade", &CacheCosts::upgrade},
                                std::pair{"atomic", &CacheCosts::atomic},
                                std::pair{"first", &CacheCosts::first}};

// Empty: it is one of them.
std::string objection(const std::string& word, CacheCosts& costs) {
    const auto equals = word.find('=');
    const auto known = std::ranges::find(cost_names, word.substr(0, equals),
                                         [](const auto& one) { return std::string(one.first); });
    u64 cycles = 0;
    if (equals == std::string::npos || known == cost_names.end() ||
        !CLI::detail::lexical_cast(word.substr(equals + 1), cycles)) {
        std::vector<std::string> names;
        for (const auto& [name, _] : cost_names) {
            names.emplace_back(name);
        }
        return fmt::format("--cost: {}, expected NAME=CYCLES, with NAME one of {}", word,
                           fmt::join(names, ", "));
    }
    costs.*known->second = cycles;
    return "";
}

void add_all(CLI::App& app, ScalabilityOptions& options, std::vector<std::string>& costs,
             bool& no_commuting) {
    add_options(app, options);
    app.add_option("--window", options.window,
                   "emulated nanoseconds that each point is measured for")
        ->check(CLI::Range(u64{10'000}, u64{10'000'000'000}))
        ->capture_default_str();
    app.add_option("--cost", costs,
                   "NAME=CYCLES: what getting a cache line costs "
                   "(harts/schedule/emulated_time/cache_lines.h); several");
    app.add_option("--jobs", options.jobs, "points at once")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    app.add_option("--host", options.host_seconds,
                   "seconds of each point on this host, a thread a hart; 0: none")
        ->check(CLI::Range(0.0, 3600.0))
        ->capture_default_str();
    app.add_flag("--no-commutativity", no_commuting,
                 "leave out which operations that commute conflict");
    app.add_option("--json", options.json, "FILE: the report, for programs and for --compare");
    app.add_option("--html", options.html, "FILE: the report, for people");
    app.add_option("--compare", options.compare,
                   "FILE: an older report's --json; says what changed")
        ->check(CLI::ExistingFile);
    app.add_option("--limit", options.limit, "per cent that a point may lose against --compare")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    app.footer(
        "Exit: 0, 1 where something could not be measured or the usage is wrong, 2 where a point "
        "lost more than --limit.");
}

}  // namespace

std::expected<ScalabilityOptions, UsageExit> parse_scalability_options(
    int argc, const char* const* argv, const std::vector<std::string>& policies) {
    ScalabilityOptions options;
    options.jobs = std::max(std::thread::hardware_concurrency(), 1u);
    options.policies = policies;
    std::vector<std::string> costs;
    bool no_commuting = false;
    CLI::App app("How does throughput grow with harts, and what keeps it from growing?",
                 "bench_scalability");
    add_all(app, options, costs, no_commuting);
    if (auto parsed = parse(app, argc, argv); !parsed) {
        return std::unexpected(std::move(parsed.error()));
    }
    options.commuting = !no_commuting;
    std::string why = settle(options);
    for (const std::string& word : costs) {
        why = why.empty() ? objection(word, options.costs) : why;
    }
    if (!why.empty()) {
        return std::unexpected(UsageExit{"bench_scalability: " + why + "\n"});
    }
    return options;
}

}  // namespace stampede::bench
