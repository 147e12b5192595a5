#include "stress/options/options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <sstream>
#include <thread>

#include "stress/options/quantity.h"

namespace stampede {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr u64 least_memory = u64{2} << 20, most_memory = u64{64} << 30;
constexpr seconds longest{hours(24 * 7)};
constexpr u64 default_max_findings = 100;
constexpr unsigned fewest_cpus_by_default = 2;  // one alone finds no race

// An option whose text `parse` turns into a value or an Error.
template <class Target, class Parse>
CLI::Option* add(CLI::App& app, std::string name, Target& target, Parse parse, std::string help, std::string shape) {
    return app
        .add_option_function<std::string>(
            name,
            [&target, parse, name](const std::string& text) {
                auto value = parse(text);
                if (!value) {
                    throw CLI::ValidationError(name, value.error().message);
                }
                target = *value;
            },
            std::move(help))
        ->type_name(std::move(shape));
}

template <class Target>
CLI::Option* add_text(CLI::App& app, std::string name, Target& target, std::string help, std::string shape) {
    return add(app, std::move(name), target, [](const std::string& text) { return Result<std::string>(text); },
               std::move(help), std::move(shape));
}

Result<TimeMode> parse_time(const std::string& text) {
    if (text == "host" || text == "warp") {
        return text == "host" ? TimeMode::Host : TimeMode::Warp;
    }
    return error(fmt::format("{}: expected host or warp", text));
}

constexpr std::string_view replay_schedule = "replay:";

Result<ScheduleSpec> parse_schedule(const std::string& text) {
    return text.starts_with(replay_schedule) ? ScheduleSpec() : ScheduleSpec::parse(text);
}

Result<u64> parse_memory(const std::string& text) {
    Result<u64> bytes = parse_size(text, least_memory, most_memory);
    if (bytes && *bytes % least_memory != 0) {
        return error(fmt::format("{}: expected a multiple of {}", text, size_text(least_memory)));
    }
    return bytes;
}

unsigned default_cpus() {
    return std::clamp(std::thread::hardware_concurrency(), fewest_cpus_by_default, max_harts);
}

u64 random_seed() { return std::random_device{}(); }

void add_all(CLI::App& app, Options& options) {
    const auto number = [](u64 least, u64 most) {
        return [=](const std::string& text) { return parse_number(text, least, most); };
    };
    const auto time = [](const std::string& text) { return parse_duration(text, seconds(1), longest); };
    app.add_option("WORKLOAD", options.workload, "what to run (--list names them), or shell: the guest's console");
    add(app, "--cpus", options.cpus, number(1, max_harts), "harts; default: the host's cores, at least 2", "N");
    add(app, "--memory", options.memory, parse_memory, "the guest's memory, default 128M", "SIZE");
    add(app, "--seed", options.seed, number(0, ~u64{0}), "of everything random, default: another one each time", "S");
    add(app, "--duration", options.duration, time, "guest time until the workload starts no more work, default 10s",
        "TIME");
    add(app, "--ops", options.operations, number(1, ~u64{0}), "operations until then, whichever comes first", "N");
    add(app, "--timeout", options.timeout, time,
        "host time until the run is cut off, default: a minute more than the duration", "TIME");
    add(app, "--time", options.time, parse_time, "host, or warp: jump to the next deadline when every hart waits",
        "MODE");
    app.add_flag("--race", options.race, "ThreadSanitizer on the guest's memory: races by the guest's functions and lines");
    add_text(app, "--suppressions", options.suppressions, "races not to report: a rule and its reason a line", "FILE");
    add(app, "--schedule", options.schedule, parse_schedule,
        "who runs when: parallel (default); repeatable: round-robin[:N], random[:N], pct:D[:K], and ,sc=N ,evict=N ,timer=N ,late=N; "
        "replay:PATH is --replay PATH",
        "SCHEDULE");
    add(app, "--schedule-seed", options.schedule_seed, number(0, ~u64{0}), "of a repeatable schedule, default: --seed's", "S");
    add_text(app, "--replay", options.replay, "run again what a replay file, or a finding's folder, says", "PATH");
    add(app, "--times", options.times, number(1, 1'000'000), "how often, with --replay: it says how often it showed", "N");
    app.add_flag("--minimize", options.minimize,
                 "shrink a repeatable finding and its schedule, for at most --timeout, default 60s");
    add(app, "--search", options.search, time,
        "what a parallel run found is searched for in repeatable schedules, at most so long", "TIME");
    add_text(app, "--policy", options.policy, "which kernel (--list names them), default kmem", "NAME");
    add_text(app, "--append", options.append, "more words for the kernel's command line", "TEXT");
    CLI::Option* const one = add(app, "--fail-allocation", options.fail_allocation, number(1, 0x7fff'ffff),
        "the N-th allocation of a frame fails, counted from the workload's beginning", "N");
    app.add_flag("--fail-allocations", options.fail_allocations, "each allocation in turn fails, a run each")->excludes(one);
    add(app, "--max-findings", options.max_findings, number(1, 1'000'000),
        fmt::format("different findings that end the run, default {}", default_max_findings), "N");
    add_text(app, "--findings", options.findings_folder, "a folder for each finding below this one", "DIR");
    add_text(app, "--json", options.json, "report as JSON", "FILE");
    add_text(app, "--sarif", options.sarif, "report as SARIF 2.1.0, for code hosts", "FILE");
    add_text(app, "--junit", options.junit, "report as JUnit XML", "FILE");
    add_text(app, "--console", options.console, "the guest's console output; -: to stdout", "FILE");
    add_text(app, "--trace", options.trace, "system calls, faults and switches, a line each", "FILE");
}

}  // namespace

std::optional<seconds> Options::time_limit() const {
    if (timeout || task == Task::Shell) {
        return timeout;
    }
    return duration + std::chrono::minutes(1);
}

std::map<std::string, std::string> Options::texts() const {
    std::map<std::string, std::string> texts{
        {"workload", workload},
        {"cpus", std::to_string(cpus)},
        {"memory", size_text(memory)},
        {"seed", std::to_string(seed)},
        {"duration", fmt::format("{}s", duration.count())},
        {"time", time == TimeMode::Host ? "host" : "warp"},
        {"policy", policy},
        {"race", race ? "yes" : "no"},
        {"schedule", schedule.text()},
        {"append", append},
        {"max-findings", std::to_string(max_findings)},
    };
    if (operations) {
        texts["ops"] = std::to_string(*operations);
    }
    if (fail_allocation) {
        texts["fail-allocation"] = std::to_string(*fail_allocation);
    }
    if (fail_allocations) {
        texts["fail-allocations"] = "yes";
    }
    if (schedule.repeatable()) {
        texts["schedule-seed"] = std::to_string(seed_of_schedule());
    }
    if (const auto limit = time_limit()) {
        texts["timeout"] = fmt::format("{}s", limit->count());
    }
    if (replay) {
        texts["replay"] = *replay;
    }
    return texts;
}

std::string Options::words() const {
    std::string words = task == Task::Shell ? fmt::format("seed={}", seed)
                                            : fmt::format("seconds={} seed={}", duration.count(), seed);
    if (operations) {
        words += fmt::format(" ops={}", *operations);
    }
    if (fail_allocation) {
        words += fmt::format(" fail-allocation={}", *fail_allocation);
    }
    return append.empty() ? words : words + " " + append;
}

std::vector<std::string> Options::rerun(const std::string& program) const {
    if (replay) {
        return {program, "--replay", *replay};
    }
    const Options standard;
    std::vector<std::string> words{program, "--cpus", std::to_string(cpus)};
    const auto add = [&words](std::string name, std::string value) {
        words.push_back(std::move(name));
        words.push_back(std::move(value));
    };
    if (memory != standard.memory) {
        add("--memory", size_text(memory));
    }
    add("--seed", std::to_string(seed));
    if (duration != standard.duration) {
        add("--duration", fmt::format("{}s", duration.count()));
    }
    if (operations) {
        add("--ops", std::to_string(*operations));
    }
    if (timeout) {
        add("--timeout", fmt::format("{}s", timeout->count()));
    }
    if (time != standard.time) {
        add("--time", "warp");
    }
    if (race) {
        words.emplace_back("--race");
    }
    if (suppressions) {
        add("--suppressions", *suppressions);
    }
    if (schedule != standard.schedule) {
        add("--schedule", schedule.text());
    }
    if (schedule_seed && *schedule_seed != seed) {
        add("--schedule-seed", std::to_string(*schedule_seed));
    }
    add("--policy", policy);
    if (!append.empty()) {
        add("--append", append);
    }
    if (fail_allocation) {
        add("--fail-allocation", std::to_string(*fail_allocation));
    }
    if (fail_allocations) {
        words.emplace_back("--fail-allocations");
    }
    if (max_findings != default_max_findings) {
        add("--max-findings", std::to_string(max_findings));
    }
    words.push_back(workload);
    return words;
}

namespace {

// `--schedule replay:PATH` becomes --replay PATH. Gives what is wrong with it; empty: nothing.
std::string take_replay_schedule(const CLI::App& app, Options& options) {
    const std::string text = options.given.contains("schedule") ? app.get_option("--schedule")->as<std::string>() : "";
    if (!text.starts_with(replay_schedule)) {
        return "";
    }
    if (options.replay) {
        return fmt::format("--schedule {} and --replay {}: expected one of them", text, *options.replay);
    }
    options.replay = text.substr(replay_schedule.size());
    options.given.erase("schedule");
    options.given.insert("replay");
    return "";
}

// Options that only make sense together; empty: all is well.
std::string contradiction(const Options& options) {
    if (options.task == Task::Run && options.workload.empty() && !options.replay) {
        return "which workload? --list names them, --help the options";
    }
    if (options.task == Task::Shell && (options.replay || options.minimize || options.search)) {
        return "shell: what somebody types is in no replay file";
    }
    if (options.times != 1 && (!options.replay || options.minimize)) {
        return "--times: expected with --replay, and without --minimize";
    }
    if (options.minimize && !options.replay && !options.findings_folder) {
        return "--minimize: where to? expected with --replay PATH or --findings DIR";
    }
    if (options.minimize && !options.replay && !options.schedule.repeatable() && !options.search) {
        return "--minimize: a parallel run does not repeat; expected with --replay, --schedule or --search";
    }
    if (options.search && (options.replay || options.schedule.repeatable())) {
        return "--search: expected for a parallel run; a repeatable one repeats as it is";
    }
    if (options.schedule_seed && !options.schedule.repeatable() && !options.replay) {
        return "--schedule-seed: expected with a repeatable --schedule";
    }
    return "";
}

}  // namespace

std::expected<Options, EarlyExit> parse_options(int argc, const char* const* argv) {
    Options options;
    options.cpus = default_cpus();
    options.seed = random_seed();
    options.max_findings = default_max_findings;

    CLI::App app("Runs a copy-on-write kernel on many emulated RISC-V harts and tries to break it.\n"
                 "Exit status: 0 passed, 1 usage, 2 findings, 3 the host lacks something, 130 interrupted.", "stress");
    app.set_version_flag("--version", "stress " STAMPEDE_VERSION);
    app.footer("stress --needs ARGUMENTS...: which files of the build folder these arguments need, a line each; ci/stress builds them.");
    bool list = false;
    app.add_flag("--list", list, "workloads and policies, and what they do");
    add_all(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        std::ostringstream out, err;
        const bool wanted = app.exit(problem, out, err) == 0;  // --help and --version
        return std::unexpected(wanted ? EarlyExit{ExitStatus::Passed, out.str()}
                                      : EarlyExit{ExitStatus::Unusable, "stress: " + err.str()});
    }
    options.task = list ? Task::List : options.workload == shell_name ? Task::Shell : Task::Run;
    for (const CLI::Option* option : app.get_options()) {
        if (option->count() != 0) {
            options.given.insert(option->get_lnames().empty() ? "workload" : option->get_lnames().front());
        }
    }
    std::string why = take_replay_schedule(app, options);
    why = why.empty() ? contradiction(options) : why;
    if (!why.empty()) {
        return std::unexpected(EarlyExit{ExitStatus::Unusable, "stress: " + why + "\n"});
    }
    return options;
}

}  // namespace stampede
