// What does an idle machine cost? The kernel's shell waits for its console on 8 harts.
#include <chrono>

#include "bench/support/report.h"
#include "bench/support/statistics.h"
#include "harts/base/cpu_time.h"
#include "harts/guests/shelf.h"
#include "harts/machine/machine.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

constexpr unsigned harts = 8;
constexpr std::chrono::seconds settling{1}, measured{5};

Result<void> measure(Report& report, unsigned runs) {
    MachineConfig config;
    config.harts = harts;
    const auto guest = Shelf::beside_program().kernel(default_kernel);
    if (!guest) {
        return error(guest.error().message);
    }
    auto image = ElfImage::read(guest->kernel);
    if (!image) {
        return error(image.error().message);
    }
    std::vector<double> shares;
    for (unsigned run = 0; run < runs; ++run) {
        auto machine = Machine::create(config, *image);
        if (!machine) {
            return error(machine.error().message);
        }
        (*machine)->run_parallel(settling);
        double before = process_cpu_s();
        if ((*machine)->run_parallel(measured) != MachineStop::Deadline) {
            return error("the idle machine stopped by itself");
        }
        shares.push_back((process_cpu_s() - before) /
                         std::chrono::duration<double>(measured).count() * 100);
    }
    report.add({"idle, 8 harts", {{"% of a core", median(shares)}}, Bar{Direction::AtMost, 2}});
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    return run_benchmark(argc, argv, "CPU time of an idle machine",
                         {{"policy", default_kernel}, {"cpus", "8"}, {"time", "host"}}, measure);
}
