#include "stress/options/contradictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

namespace stampede {
namespace {

// By Situation. A run that is parallel is so because nothing else was said.
constexpr std::array<std::string_view, 12> names{
    "",         "shell",      "--replay",          "--times", "--minimize", "--fail-allocations",
    "--search", "--schedule", "--xv6 or --kernel", "",        "",           "a check-up"};

bool is_given(const Options& options, const OptionRow& row) {
    return options.given.contains(std::string(row.name));
}

std::string refusal(const OptionRow& row, Situation situation) {
    const std::string_view with = names[static_cast<std::size_t>(situation)];
    return fmt::format("{}{}{}: {}", row.spelling(), with.empty() ? "" : " with ", with,
                       row.expected);
}

// "--times, --json or --junit": the options of these rows.
template <class Which>
std::string listed(Which which, std::string_view last_comma) {
    std::vector<std::string> names;
    for (const OptionRow& row : option_rows()) {
        if (which(row)) {
            names.push_back(row.spelling());
        }
    }
    std::string text;
    for (std::size_t n = 0; n < names.size(); ++n) {
        text += (n == 0 ? "" : n + 1 == names.size() ? last_comma : ", ");
        text += names[n];
    }
    return text;
}

}  // namespace

Situations situations_of(const Options& options) {
    const auto when = [](bool is, Situation situation) {
        return is ? bit(situation) : Situations{0};
    };
    const bool repeatable = options.replay || options.schedule.repeatable();
    return when(options.task == Task::Shell, Situation::Shell) |
           when(options.replay.has_value(), Situation::Replay) |
           when(options.given.contains("times"), Situation::Times) |
           when(options.minimize, Situation::Minimize) |
           when(options.fail_allocations, Situation::Sweep) |
           when(options.search.has_value(), Situation::Search) |
           when(options.schedule.repeatable(), Situation::Repeatable) |
           when(options.is_foreign(), Situation::Foreign) |
           when(!options.is_foreign() && !options.replay, Situation::OurKernel) |
           when(!repeatable && !options.search, Situation::Parallel) |
           when(options.task == Task::CheckUp, Situation::CheckUp);
}

std::string contradiction(const Options& options) {
    if (options.list) {
        const auto others = [&](const OptionRow& row) {
            return row.name != "list" && !row.place && is_given(options, row);
        };
        const std::string given = listed(others, " and ");
        return given.empty()
                   ? ""
                   : fmt::format("--list with {}: it runs nothing, expected alone or with --xv6",
                                 given);
    }
    if (options.workload.empty() && !options.replay && !options.explain) {
        return "which workload? --list names them, --help the options";
    }
    if (options.minimize && !options.replay && !options.findings_folder) {
        return "--minimize: where to? expected with --replay PATH or --findings DIR";
    }
    if (options.xv6 && options.kernel_file) {
        return "--xv6 with --kernel: a tree of xv6 has one; expected one of them";
    }
    if (options.disks && options.xv6) {
        return "--disk with --xv6: a tree of xv6 has one; expected with --kernel";
    }
    const Situations here = situations_of(options);
    for (const OptionRow& row : option_rows()) {
        const unsigned clash = is_given(options, row) ? here & row.refused : 0u;
        if (clash != 0) {
            return refusal(row, static_cast<Situation>(std::countr_zero(clash)));
        }
    }
    return "";
}

std::string contradiction_to_program(const Options& options, const std::string& name) {
    const auto taken = [](const OptionRow& row) {
        return (row.refused & bit(Situation::Program)) == 0 && row.name != "replay" &&
               row.name != "list";
    };
    for (const OptionRow& row : option_rows()) {
        if (is_given(options, row) && (row.refused & bit(Situation::Program)) != 0) {
            return fmt::format("{}: it has a program: {} is not for it; expected {}", name,
                               row.spelling(), listed(taken, " or "));
        }
    }
    return "";
}

}  // namespace stampede
