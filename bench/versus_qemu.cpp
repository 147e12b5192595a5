// How fast is the emulator next to QEMU? Loops at one hart, then forkbomb of one kernel file at 1, 2 and 8 harts.
// Both run in turn; CPU seconds of the emulator's process between two lines of its console, so start-up is not in
// them.
#include <fmt/format.h>

#include "bench/support/child.h"
#include "bench/support/emulator.h"
#include "bench/support/report.h"
#include "bench/support/statistics.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

struct Loop {
    const char* name;
    std::optional<Bar> bar;
    bool in_mean;
};
constexpr Bar at_least(double limit) { return {Direction::AtLeast, limit}; }
constexpr Loop loops[] = {{"int", at_least(0.35), true},
                          {"mix", at_least(0.35), true},
                          {"call", at_least(0.35), true},
                          {"memcpy8", at_least(0.35), true},
                          {"memset8", at_least(0.35), true},
                          {"memmove1", {}, false},
                          {"chase", {}, false},
                          {"csr", at_least(4), false},
                          {"ecall", at_least(4), false},
                          {"satp", at_least(10), false},
                          {"lock", {}, false},
                          {"lrsc", {}, false},
                          {"amoadd", {}, false}};
constexpr double mean_bar = 0.45;
constexpr std::pair<unsigned, std::optional<Bar>> forkbombs[] = {{1, {}}, {2, {}}, {8, at_least(1)}};
constexpr unsigned forkbomb_operations = 4000;

// Runs `image` under both in turn; the row says CPU seconds of either and how many times faster ours is.
Result<Row> compare(std::string name, std::string_view image, unsigned harts, const std::string& append,
                    std::string_view from, std::string_view to, unsigned runs, std::optional<Bar> bar) {
    std::vector<double> qemu, ours;
    for (unsigned run = 0; run < runs; ++run) {
        for (auto [emulator, times] : {std::pair{Emulator::Qemu, &qemu}, {Emulator::Stampede, &ours}}) {
            auto span = time_between(command(emulator, image, harts, append), from, to);
            if (!span) return error(span.error().message);
            times->push_back(span->cpu_s);
        }
    }
    return Row{
        std::move(name),
        {{"QEMU, CPU s", median(qemu)}, {"Stampede, CPU s", median(ours)}, {"speed", median(qemu) / median(ours)}},
        bar};
}

Result<void> measure(Report& report, unsigned runs) {
    std::vector<double> speeds;
    for (const Loop& loop : loops) {
        std::string name = loop.name;
        auto row = compare(name, "guest/bench_loops.elf", 1, "loop=" + name, "S " + name, "E " + name, runs, loop.bar);
        if (!row) return error(row.error().message);
        if (loop.in_mean) speeds.push_back(row->values.back().second);
        report.add(*row);
    }
    report.add({"geometric mean of 5", {{"speed", geometric_mean(speeds)}}, at_least(mean_bar)});
    for (auto [harts, bar] : forkbombs) {
        auto row = compare(fmt::format("forkbomb, {} harts", harts), "guest/kernel-kmem.elf", harts,
                           fmt::format("run=forkbomb ops={} seed=1", forkbomb_operations), "", "forkbomb: ", runs, bar);
        if (!row) return error(row.error().message);
        report.add(*row);
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    if (!qemu_is_installed()) {
        fmt::print("there is no qemu-system-riscv64 to compare with (apt-get install qemu-system-misc)\n");
        return 0;
    }
    return run_benchmark(argc, argv, "Speed of the emulator next to QEMU (CPU time; 1 is as fast)",
                         {{"policy", "kmem"}, {"cpus", "1,2,8"}, {"time", "host"}}, measure);
}
