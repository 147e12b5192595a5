#include "bench/scalability/selection.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "harts/guests/shelf.h"

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
    app.add_option("--cpus", selection.cpus, "LIST: numbers of harts, each 1 to 64")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--policy", selection.policies, "LIST: kernels")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--program", selection.programs,
                   "LIST: benchmarks of the guest (stress --list); a copy runs for each hart")
        ->delimiter(',')
        ->capture_default_str();
}

std::string settle(Selection& selection) {
    const Shelf shelf = Shelf::beside_program();
    make_unique(selection.cpus);
    make_unique(selection.policies);
    make_unique(selection.programs);
    for (const unsigned cpus : selection.cpus) {
        if (cpus < 1 || cpus > max_harts) {
            return fmt::format("--cpus: {}, expected 1 to {}", cpus, max_harts);
        }
    }
    for (const std::string& policy : selection.policies) {
        if (const auto kernel = shelf.kernel(policy); !kernel) {
            return "--policy: " + kernel.error().message;
        }
    }
    for (const std::string& name : selection.programs) {
        if (const auto program = shelf.program(name); !program) {
            return "--program: " + program.error().message;
        }
    }
    return "";
}

}  // namespace stampede::bench
