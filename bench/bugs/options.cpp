#include "bench/bugs/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <regex>
#include <thread>

#include "harts/schedule/schedule_spec.h"

namespace stampede::bench {
namespace {

// Empty: they make sense.
std::string objection(const BugOptions& options) {
    for (const std::string& schedule : options.schedules) {
        if (auto spec = ScheduleSpec::parse(schedule); schedule != fuzzer && !spec) {
            return "--schedules: " + spec.error().message;
        }
    }
    for (const std::string& mode : options.modes) {
        if (mode != "plain" && mode != "race") {
            return fmt::format("--modes: {}, expected plain or race", mode);
        }
    }
    if (std::ranges::find(options.schedules, options.named) == options.schedules.end()) {
        return fmt::format("--named: {} is none of {}", options.named,
                           fmt::join(options.schedules, ","));
    }
    try {
        if (options.chosen_bugs().empty()) {
            return fmt::format("--bugs: no seeded bug matches {}", options.bugs);
        }
    } catch (const std::regex_error& wrong) {
        return fmt::format("--bugs: {}: {}", options.bugs, wrong.what());
    }
    if (options.resume && options.out.empty()) {
        return "--resume: expected with --out FILE";
    }
    return "";
}

void add_all(CLI::App& app, BugOptions& options) {
    app.add_option("--seconds", options.seconds, "CPU seconds of a cell")
        ->check(CLI::Range(0.1, 1e6))
        ->capture_default_str();
    app.add_option("--seeds", options.seeds, "cells a bug and schedule: seeds 1 to N")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--bugs", options.bugs,
                   "only seeded bugs whose name this regular expression matches");
    app.add_option("--schedules", options.schedules,
                   "LIST, as stress --schedule takes them, or fuzzer: what fuzz_syscalls finds")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--modes", options.modes, "LIST: what a cell's runs are in turn, plain or race")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--named", options.named,
                   "the schedule that has to find the bugs, named beforehand")
        ->capture_default_str();
    app.add_option("--cpus", options.cpus, "harts")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    app.add_option("--jobs", options.jobs, "cells at once")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    app.add_option("--search", options.search,
                   "seconds of looking for a schedule that repeats a parallel finding; 0: none")
        ->capture_default_str();
    app.add_option("--times", options.times, "replays of each finding")
        ->check(CLI::Range(2, 100000))
        ->capture_default_str();
    app.add_option("--clean-factor", options.clean_factor,
                   "the good kernel gets as often the longest cell; 0: it is left out")
        ->capture_default_str();
    app.add_option(
        "--out", options.out,
        "FILE: results, a JSON line a cell; at the end also FILE.txt, FILE.csv, FILE.json");
    app.add_flag("--resume", options.resume, "go on with the results in --out");
}

}  // namespace

std::string BugOptions::configuration() const {
    return fmt::format("{} CPU s a cell, {} harts, modes {}, search {} s, replayed {} times",
                       seconds, cpus, fmt::join(modes, ","), search, times);
}

std::vector<SeededBug> BugOptions::chosen_bugs() const {
    const std::regex pattern(bugs);
    std::vector<SeededBug> chosen;
    std::ranges::copy_if(seeded_bugs(), std::back_inserter(chosen),
                         [&](const SeededBug& bug) { return std::regex_match(bug.name, pattern); });
    return chosen;
}

std::vector<Cell> BugOptions::cells() const {
    std::vector<Cell> cells;
    for (const SeededBug& bug : chosen_bugs()) {
        for (const std::string& schedule : schedules) {
            for (unsigned seed = 1; seed <= seeds; ++seed) {
                cells.push_back({bug.name, schedule, seed});
            }
        }
    }
    return cells;
}

std::expected<BugOptions, UsageExit> parse_bug_options(int argc, const char* const* argv) {
    BugOptions options;
    options.jobs = std::max(std::thread::hardware_concurrency(), 1u);
    CLI::App app("Which seeded bugs are found, by which oracle, and how soon?", "bench_bugs");
    add_all(app, options);
    if (auto parsed = parse(app, argc, argv); !parsed) {
        return std::unexpected(std::move(parsed.error()));
    }
    if (const std::string why = objection(options); !why.empty()) {
        return std::unexpected(UsageExit{"bench_bugs: " + why + "\n"});
    }
    return options;
}

}  // namespace stampede::bench
