#include "stress/options/options.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <random>
#include <sstream>
#include <thread>

#include "stress/options/contradictions.h"
#include "stress/options/option_table.h"

namespace stampede {
namespace {

using std::chrono::seconds;

constexpr seconds check_up_duration{5};  // of each of its workloads

constexpr unsigned fewest_cpus_by_default = 2;  // one alone finds no race

unsigned default_cpus() {
    return std::clamp(std::thread::hardware_concurrency(), fewest_cpus_by_default, max_harts);
}

u64 random_seed() { return std::random_device{}(); }

void add(CLI::App& app, const OptionRow& row, Options& options) {
    const std::string name(row.name), help(row.help);
    const auto take = [&options, &row](const std::string& text) {
        if (const Result<void> taken = row.read(options, text); !taken) {
            throw CLI::ValidationError(row.spelling(), taken.error().message);
        }
    };
    if (row.is_flag()) {
        app.add_flag_callback("--" + name, [take] { take(""); }, help);
    } else if (row.is_positional()) {
        app.add_option_function<std::string>(std::string(row.shape), take, help);
    } else {
        app.add_option_function<std::string>("--" + name, take, help)
            ->type_name(std::string(row.shape));
    }
}

// `--schedule replay:PATH` becomes --replay PATH. Gives what is wrong with it; empty: nothing.
std::string take_replay_schedule(const CLI::App& app, Options& options) {
    const std::string text =
        options.given.contains("schedule") ? app.get_option("--schedule")->as<std::string>() : "";
    if (!text.starts_with(forms::replay_schedule)) {
        return "";
    }
    if (options.replay) {
        return fmt::format("--schedule {} and --replay {}: expected one of them", text,
                           *options.replay);
    }
    options.replay = text.substr(forms::replay_schedule.size());
    options.given.erase("schedule");
    options.given.insert("replay");
    return "";
}

}  // namespace

std::optional<seconds> Options::time_limit() const {
    if (timeout || task == Task::Shell) {
        return timeout;
    }
    return duration + std::chrono::minutes(1);
}

Options Options::complete() const {
    Options all = *this;
    all.timeout = time_limit();
    all.schedule_seed = schedule.repeatable() ? std::optional(seed_of_schedule()) : std::nullopt;
    return all;
}

std::map<std::string, std::string> Options::texts() const {
    const Options all = complete();
    std::map<std::string, std::string> texts;
    for (const OptionRow& row : option_rows()) {
        const bool has_a_part =
            (row.part == Part::Guest || row.part == Part::Run) && row.is_for(*this);
        if (const auto text = has_a_part ? row.write(all) : std::nullopt) {
            texts.emplace(row.name, *text);
        }
    }
    return texts;
}

std::string Options::words() const {
    std::string words = task == Task::Shell
                            ? fmt::format("seed={}", seed)
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
    Options told = *this;
    if (told.schedule_seed == seed) {
        told.schedule_seed.reset();
    }
    std::vector<std::string> words{program};
    for (const OptionRow& row : option_rows()) {
        const bool in_the_file = replay && row.part == Part::Guest;
        const bool wanted = row.part == Part::Guest || row.part == Part::Run;
        const std::optional<std::string> value = row.write(told);
        if (!wanted || in_the_file || row.is_positional() || !value || !row.is_for(told) ||
            (row.is_default(told) && !row.said)) {
            continue;
        }
        words.push_back(row.spelling());
        if (!row.is_flag()) {
            words.push_back(*value);
        }
    }
    if (!replay) {
        words.push_back(workload);
    }
    return words;
}

std::expected<Options, EarlyExit> parse_options(int argc, const char* const* argv) {
    Options options;
    options.cpus = default_cpus();
    options.seed = random_seed();

    CLI::App app(
        "Runs a copy-on-write kernel on many emulated RISC-V harts and tries to break it.\n"
        "Exit status: 0 passed, 1 usage, 2 findings, 3 the host lacks something, 130 interrupted.",
        "stress");
    app.set_version_flag("--version", "stress " STAMPEDE_VERSION);
    app.footer(
        "stress --needs ARGUMENTS...: which files of the build folder these arguments need, a line "
        "each; ci/stress builds them.");
    for (const OptionRow& row : option_rows()) {
        add(app, row, options);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        std::ostringstream out, err;
        const bool wanted = app.exit(problem, out, err) == 0;  // --help and --version
        return std::unexpected(wanted ? EarlyExit{ExitStatus::Passed, out.str()}
                                      : EarlyExit{ExitStatus::Unusable, "stress: " + err.str()});
    }
    for (const OptionRow& row : option_rows()) {
        if (app.get_option(row.is_positional() ? std::string(row.shape) : row.spelling())
                ->count() != 0) {
            options.given.emplace(row.name);
        }
    }
    std::string why = take_replay_schedule(app, options);
    if (options.workload.empty() && options.is_foreign() && !options.replay && !options.explain &&
        !options.list) {
        options.workload = check_up_name;
    }
    options.task = options.list                        ? Task::List
                   : options.explain                   ? Task::Explain
                   : options.workload == shell_name    ? Task::Shell
                   : options.workload == check_up_name ? Task::CheckUp
                                                       : Task::Run;
    if (options.task == Task::CheckUp) {
        options.race = true;
        options.duration =
            options.given.contains("duration") ? options.duration : check_up_duration;
    }
    why = why.empty() ? contradiction(options) : why;
    if (!why.empty()) {
        return std::unexpected(EarlyExit{ExitStatus::Unusable, "stress: " + why + "\n"});
    }
    return options;
}

}  // namespace stampede
