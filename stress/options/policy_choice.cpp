#include "stress/options/policy_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/report/nearest_names.h"

namespace stampede {
namespace {

std::string unknown(std::string_view what, const std::string& name, const std::vector<std::string>& known) {
    std::string text = fmt::format("there is no {} {}", what, name);
    const std::vector<std::string> near = nearest_names(name, known);
    text += near.empty() ? "" : "; near: ";
    for (const std::string& one : near) {
        text += (&one == &near.front() ? "" : ", ") + one;
    }
    return text + "; --list names all";
}

template <class Things>
std::vector<std::string> names_of(const Things& things) {
    std::vector<std::string> names;
    std::ranges::transform(things, std::back_inserter(names), [](const auto& thing) { return thing.name; });
    return names;
}

}  // namespace

std::expected<Policy, Refusal> find_policy(const Options& options) {
    std::vector<std::string> known = names_of(workloads());
    known.emplace_back(shell_name);
    if (std::ranges::find(known, options.workload) == known.end()) {
        return std::unexpected(Refusal{ExitStatus::Unusable, unknown("workload", options.workload, known)});
    }
    const std::vector<Policy> policies = find_policies(guest_folder());
    if (policies.empty()) {
        return std::unexpected(
            Refusal{ExitStatus::HostLacks,
                    fmt::format("{}: no kernel-NAME.elf in there; build the target `guest`", guest_folder().string())});
    }
    const auto policy = std::ranges::find(policies, options.policy, &Policy::name);
    if (policy == policies.end()) {
        return std::unexpected(Refusal{ExitStatus::Unusable, unknown("policy", options.policy, names_of(policies))});
    }
    return *policy;
}

}  // namespace stampede
