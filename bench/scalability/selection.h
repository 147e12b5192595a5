// Which programs are measured under which policies at how many harts.
#pragma once
#include <string>
#include <vector>

#include "bench/scalability/measurement.h"

namespace CLI {
class App;
}

namespace stampede::bench {

struct Selection {
    std::vector<unsigned> cpus;
    std::vector<std::string> policies;
    std::vector<std::string> programs;

    // Program by program, policy by policy.
    [[nodiscard]] std::vector<Point> points() const;
};

// --cpus, --policy and --program; what stands in `selection` is the default.
void add_options(CLI::App& app, Selection& selection);

// Each name and number once. Empty, or what is wrong with it.
[[nodiscard]] std::string settle(Selection& selection);

}  // namespace stampede::bench
