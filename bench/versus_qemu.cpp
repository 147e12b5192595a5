// How fast is the emulator next to QEMU? Bare-metal loops, then programs of one kernel file. Both
// run in turn; CPU time of the emulator's process between two lines of its console, so start-up is
// not in it.
#include <fmt/format.h>

#include "bench/support/emulator.h"
#include "bench/support/statistics.h"
#include "bench/versus/contests.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

constexpr double least_mean = 0.45;

Result<void> measure(Report& report, unsigned runs, const ContestChoice& choice) {
    if (!qemu_is_installed()) {
        fmt::print(
            "there is no qemu-system-riscv64 to compare with (apt-get install qemu-system-misc): "
            "nothing is measured\n");
        return {};
    }
    std::vector<double> speeds;
    bool any = false;
    for (const Contest& contest : contests()) {
        if (!choice.wants(contest)) {
            continue;
        }
        auto row = compare_with_qemu(contest, choice.seconds, runs);
        if (!row) {
            return error(row.error().message);
        }
        any = true;
        if (contest.in_mean) {
            speeds.push_back(row->values.back().second);
        }
        report.add(*row);
    }
    if (!any) {
        return error(fmt::format("--filter: no row matches {}", choice.filter));
    }
    if (speeds.size() == contests_in_mean()) {
        report.add({fmt::format("geometric mean of {}", speeds.size()),
                    {{"speed", geometric_mean(speeds)}},
                    Bar{Direction::AtLeast, least_mean}});
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    ContestChoice choice;
    return run_benchmark(
        argc, argv, "CPU time of the emulator next to QEMU's, a unit of work",
        {{"policy", "kmem"}, {"cpus", "1,2,8"}, {"time", "host"}},
        [&](Report& report, unsigned runs) { return measure(report, runs, choice); },
        [&](CLI::App& app) { add_options(app, choice); });
}
