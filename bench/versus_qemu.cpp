// How fast is the emulator next to QEMU? Bare-metal loops at one hart, then workloads of one kernel file. Both run in
// turn; CPU time of the emulator's process between two lines of its console, so start-up is not in it.
#include <fmt/format.h>

#include "bench/support/comparison.h"
#include "bench/support/emulator.h"
#include "bench/support/statistics.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

constexpr Bar at_least(double limit) { return {Direction::AtLeast, limit}; }
constexpr Contest loops[] = {{"int", 1, at_least(0.35)},
                          {"mix", 1, at_least(0.35)},
                          {"call", 1, at_least(0.35)},
                          {"memcpy8", 1, at_least(0.35)},
                          {"memset8", 1, at_least(0.35)},
                          {"memmove1", 1, {}},
                          {"chase", 1, {}},
                          {"csr", 1, at_least(4)},
                          {"ecall", 1, at_least(4)},
                          {"satp", 1, at_least(10)},
                          {"lock", 1, {}},
                          {"lrsc", 1, {}},
                          {"amoadd", 1, {}}};
constexpr std::size_t loops_in_mean = 5;
constexpr Contest workloads[] = {{"getpid", 1, {}},           {"fork_exit_wait", 1, {}}, {"cow_fault", 1, {}},
                              {"pipe_roundtrip", 1, {}},   {"forkbomb", 1, {}},       {"forkbomb", 2, {}},
                              {"forkbomb", 8, at_least(1)}};

Result<void> measure(Report& report, unsigned runs) {
    std::vector<double> speeds;
    for (const Contest& loop : loops) {
        const std::string name = loop.name;
        const Guest guest{"guest/bench_loops.elf", "loop=" + name, "S " + name, "E " + name + " \\d+ (\\d+)"};
        auto row = compare_with_qemu(loop, guest, runs);
        if (!row) return error(row.error().message);
        speeds.push_back(row->values.back().second);
        report.add(*row);
    }
    speeds.resize(loops_in_mean);
    report.add({"geometric mean of 5", {{"speed", geometric_mean(speeds)}}, at_least(0.45)});
    for (const Contest& workload : workloads) {
        const std::string name = workload.name;
        const Guest guest{"guest/kernel-kmem.elf", "run=" + name + " seconds=3 seed=1", "", name + ": (\\d+) operations.*"};
        auto row = compare_with_qemu(workload, guest, runs);
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
    return run_benchmark(argc, argv, "CPU time of the emulator next to QEMU's, a unit of work",
                         {{"policy", "kmem"}, {"cpus", "1,2,8"}, {"time", "host"}}, measure);
}
