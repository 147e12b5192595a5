#include "fuzz/campaign/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <thread>

#include "harts/base/types.h"

namespace stampede::campaign {
namespace {

constexpr double longest_hours = 24 * 365, shortest_hours = 0.001;

std::vector<std::string> kind_names() {
    std::vector<std::string> names;
    for (const Share& share : shares) {
        names.emplace_back(share.name);
    }
    return names;
}

void add_all(CLI::App& app, CampaignOptions& options, std::vector<std::string>& kinds,
             std::string& suppressions) {
    app.add_option("--hours", options.hours,
                   "how long, 0.001 to 8760; after a kill the same command does what is left")
        ->check(CLI::Range(shortest_hours, longest_hours))
        ->capture_default_str();
    app.add_option("--corpus", options.corpus,
                   "DIR: a folder of libFuzzer's files a policy; kept from night to night")
        ->required();
    app.add_option("--out", options.out,
                   "DIR: report.html, report.json, junit.xml, findings/, state.json")
        ->required();
    app.add_option("--policy", options.policies,
                   "LIST of kernels; default: all but those that are wrong on purpose")
        ->delimiter(',');
    app.add_option("--cpus", options.harts, "LIST of numbers of harts")
        ->delimiter(',')
        ->check(CLI::Range(1u, max_harts))
        ->capture_default_str();
    app.add_option("--kinds", kinds,
                   fmt::format("LIST of {}; default: all", fmt::join(kind_names(), ", ")))
        ->delimiter(',');
    app.add_option("--jobs", options.jobs, "slots at once; default: the host's cores")
        ->check(CLI::Range(1, 1024));
    app.add_option("--max-corpus", options.corpus_megabytes,
                   "MB that each policy's corpus takes at most")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    app.add_option("--suppressions", suppressions, "FILE: races not to report, as stress takes it");
    app.add_option(
        "--source", options.source,
        "DIR: the sources, for the page; default: the tree that this program was built in");
}

// Empty: they make sense. Fills in what was not given.
std::string complete(CampaignOptions& options, const std::vector<std::string>& kinds,
                     const std::string& suppressions, const Shelf& shelf) {
    options.policies = options.policies.empty() ? shelf.right_kernels() : options.policies;
    if (options.policies.empty()) {
        options.policies.emplace_back(default_kernel);  // to be told where it is not
    }
    for (const std::string& policy : options.policies) {
        if (const auto kernel = shelf.kernel(policy); !kernel) {
            return "--policy: " + kernel.error().message;
        }
    }
    for (const std::string& name : kinds) {
        const auto kind = slot_kind_named(name);
        if (!kind) {
            return fmt::format("--kinds: {} is none; expected some of {}", name,
                               fmt::join(kind_names(), ", "));
        }
        options.kinds.push_back(*kind);
    }
    for (const Share& share : shares) {
        if (kinds.empty()) {
            options.kinds.push_back(share.kind);
        }
    }
    if (!suppressions.empty()) {
        if (!std::filesystem::exists(suppressions)) {
            return fmt::format("--suppressions: there is no {}", suppressions);
        }
        options.suppressions = std::filesystem::absolute(suppressions);
    }
    if (!options.source.empty() && !std::filesystem::exists(options.source / "kernel")) {
        return fmt::format("--source: {}: expected the folder that has kernel/",
                           options.source.string());
    }
    options.source = options.source.empty() ? shelf.source() : options.source;
    options.corpus = std::filesystem::absolute(options.corpus);
    options.out = std::filesystem::absolute(options.out);
    return "";
}

}  // namespace

std::expected<CampaignOptions, UsageExit> parse_campaign_options(int argc, const char* const* argv,
                                                                 const Shelf& shelf) {
    CampaignOptions options;
    options.jobs = std::max(std::thread::hardware_concurrency(), 1u);
    std::vector<std::string> kinds;
    std::string suppressions;
    CLI::App app(
        "A campaign: fuzzing, race detection and stress over policies and numbers of harts, a "
        "report at the end.\n"
        "Exit status: 0 nothing found, 1 usage, 2 findings.",
        "nightly");
    add_all(app, options, kinds, suppressions);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        std::ostringstream out, err;
        const bool wanted = app.exit(problem, out, err) == 0;
        return std::unexpected(UsageExit{wanted ? out.str() : "nightly: " + err.str(), wanted});
    }
    if (const std::string why = complete(options, kinds, suppressions, shelf); !why.empty()) {
        return std::unexpected(UsageExit{"nightly: " + why + "\n"});
    }
    return options;
}

}  // namespace stampede::campaign
