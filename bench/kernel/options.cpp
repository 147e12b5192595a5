#include "bench/kernel/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace stampede::bench {

bool KernelBenchOptions::for_people() const {
    const auto other = [](const std::string& word) {
        return word.starts_with("--benchmark_format=") && word != "--benchmark_format=console";
    };
    const bool lists = std::ranges::find_if(google, [](const std::string& word) {
                           return word.starts_with("--benchmark_list_tests");
                       }) != google.end();
    return !lists && std::ranges::none_of(google, other);
}

std::expected<KernelBenchOptions, UsageExit> parse_kernel_bench_options(
    int argc, const char* const* argv, const std::vector<std::string>& policies) {
    KernelBenchOptions options;
    options.policies = policies;
    std::string json;
    CLI::App app("How many operations does each kernel do in a CPU second?", "bench_kernel");
    app.allow_extras();
    add_options(app, options);
    app.add_option("--seconds", options.seconds, "of wall time that each point is measured for")
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    app.add_option("--json", json, "FILE: the results (as --benchmark_out=FILE)");
    app.footer(
        "Google Benchmark's own flags are taken too: --benchmark_filter=REGEX, "
        "--benchmark_repetitions=N, --benchmark_out=FILE, …\n"
        "Exit: 0, 1 where something could not be measured or the usage is wrong.");
    if (auto parsed = parse(app, argc, argv); !parsed) {
        return std::unexpected(std::move(parsed.error()));
    }
    if (const std::string why = settle(options); !why.empty()) {
        return std::unexpected(UsageExit{"bench_kernel: " + why + "\n"});
    }
    // A row is one window, however short: no more of them for the sake of a least time.
    options.google = {argv[0], "--benchmark_min_time=0"};
    std::ranges::copy(app.remaining(), std::back_inserter(options.google));
    if (!json.empty()) {
        options.google.push_back("--benchmark_out=" + json);
    }
    return options;
}

}  // namespace stampede::bench
