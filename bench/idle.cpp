// What does an idle machine cost? The kernel's shell waits for its console on 8 harts.
#include <sys/resource.h>

#include <chrono>

#include "bench/support/emulator.h"
#include "bench/support/report.h"
#include "bench/support/statistics.h"
#include "harts/machine/machine.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

constexpr unsigned harts = 8;
constexpr std::chrono::seconds settling{1}, measured{5};

// User and system time of this process, all threads, seconds.
double cpu_s() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Result<void> measure(Report& report, unsigned runs) {
    MachineConfig config;
    config.harts = harts;
    auto image = ElfImage::read(beside("guest/kernel-kmem.elf"));
    if (!image) return error(image.error().message);
    std::vector<double> shares;
    for (unsigned run = 0; run < runs; ++run) {
        auto machine = Machine::create(config, *image);
        if (!machine) return error(machine.error().message);
        (*machine)->run_parallel(settling);
        double before = cpu_s();
        if ((*machine)->run_parallel(measured) != MachineStop::Deadline)
            return error("the idle machine stopped by itself");
        shares.push_back((cpu_s() - before) / std::chrono::duration<double>(measured).count() * 100);
    }
    report.add({"idle, 8 harts", {{"% of a core", median(shares)}}, Bar{Direction::AtMost, 2}});
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    return run_benchmark(argc, argv, "CPU time of an idle machine",
                         {{"policy", "kmem"}, {"cpus", "8"}, {"time", "host"}}, measure);
}
