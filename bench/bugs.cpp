// Which seeded bugs are found, by which oracle, and how soon? Each kernel that is wrong on purpose
// under each schedule, in runs of its workload with successive seeds, plain and with race detection
// in turn, until one finds something or the cell's CPU time is spent. What was found is then shown
// again.
#include <fmt/format.h>

#include "bench/bugs/sweep.h"
#include "bench/support/emulator.h"

using namespace stampede;
using namespace stampede::bench;

int main(int argc, char** argv) {
    const auto options = parse_bug_options(argc, argv);
    if (!options) {
        fmt::print(options.error().wanted ? stdout : stderr, "{}", options.error().text);
        return options.error().wanted ? 0 : 1;
    }
    fmt::print("{}; {}\n\n", host_description(), options->configuration());
    std::fflush(stdout);
    const auto sweep = run_sweep(*options);
    if (!sweep) {
        fmt::print(stderr, "bench_bugs: {}\n", sweep.error().message);
        return 1;
    }
    fmt::print("{}\n", table_text(*sweep));
    fmt::print(
        "A cell: cells that found something, the first findings' kinds; median and worst CPU "
        "seconds; findings replayed.\n\n");
    fmt::print("{}", summary_text(*sweep));
    if (const auto written = write_tables(*options, *sweep); !written) {
        fmt::print(stderr, "bench_bugs: {}\n", written.error().message);
        return 1;
    }
    return 0;
}
