#include "bench/scalability/selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "bench/support/emulator.h"

namespace stampede::bench {
namespace {

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

std::vector<Point> Selection::points() const {
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

void add_options(CLI::App& app, Selection& selection) {
    app.add_option("--cpus", selection.cpus, "LIST: numbers of harts, each 1 to 64")->delimiter(',')->capture_default_str();
    app.add_option("--policy", selection.policies, "LIST: kernels")->delimiter(',')->capture_default_str();
    app.add_option("--program", selection.programs, "LIST: benchmarks of the guest (stress --list); a copy runs for each hart")
        ->delimiter(',')
        ->capture_default_str();
}

std::string settle(Selection& selection, const std::vector<std::string>& policies) {
    make_unique(selection.cpus);
    make_unique(selection.policies);
    make_unique(selection.programs);
    for (const unsigned cpus : selection.cpus) {
        if (cpus < 1 || cpus > max_harts) {
            return fmt::format("--cpus: {}, expected 1 to {}", cpus, max_harts);
        }
    }
    for (const std::string& policy : selection.policies) {
        if (!std::filesystem::exists(beside(fmt::format("guest/kernel-{}.elf", policy)))) {
            return fmt::format("--policy: there is no kernel {}, expected one of {}", policy, fmt::join(policies, ", "));
        }
    }
    for (const std::string& program : selection.programs) {
        if (!std::filesystem::exists(beside(fmt::format("guest/user/{}.elf", program)))) {
            return fmt::format("--program: there is no program {}", program);
        }
    }
    return "";
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

}  // namespace stampede::bench
