// How often do lines of memory change hands between harts, where harts do unrelated work? `apart` with a process a hart, each
// policy: lines of the frame policy's, and of the kernel all together, an operation.
#include <fmt/format.h>

#include "bench/support/emulator.h"
#include "bench/support/line_traffic.h"
#include "bench/support/report.h"
#include "harts/schedule/schedule_spec.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

constexpr const char* policies[] = {"kmem", "kmem_u8", "split", "refcount_lock", "lock_free", "striped", "per_hart"};
constexpr u64 few = 60, many = 260;    // operations of each process; their difference leaves out boot, exec and the end

// Of a whole run, under a schedule that lets harts take turns of some ten instructions, which comes near running at once.
Result<Traffic> traffic(const std::string& policy, unsigned harts, u64 operations) {
    const std::string words = fmt::format("run=apart workers={} ops={} seconds=1000 seed=1", harts, harts * operations);
    MachineConfig config{.harts = harts, .time = TimeMode::Counted, .bootargs = words};
    auto image = ElfImage::read(beside(fmt::format("guest/kernel-{}.elf", policy)));
    if (!image) return error(image.error().message);
    auto machine = Machine::create(config, *image);
    if (!machine) return error(machine.error().message);
    LineTraffic lines(**machine, *image);
    const auto schedule = ScheduleSpec::parse("random:50,sc=0,evict=0,timer=0,late=0")->make(1, harts);
    MachineStop stop = MachineStop::Quiescent;
    while (stop == MachineStop::Quiescent) stop = (*machine)->run_scheduled(*schedule, 20'000'000'000);
    if (stop != MachineStop::Finished || (*machine)->exit_status() != 0u) return error(fmt::format("{}: `{}` did not pass", policy, words));
    return lines.traffic();
}

Result<void> measure(Report& report, unsigned) {
    for (unsigned harts : {2u, 8u, 16u}) {
        for (const char* policy : policies) {
            const auto little = traffic(policy, harts, few), much = traffic(policy, harts, many);
            if (!little || !much) return error((little ? much : little).error().message);
            const double operations = static_cast<double>(harts * (many - few));
            const auto each = [&](u64 Traffic::*part) { return static_cast<double>((*much).*part - (*little).*part) / operations; };
            const bool held = std::string(policy) == "per_hart";
            report.add({fmt::format("{}, {} harts", policy, harts),
                        {{"whole kernel", each(&Traffic::kernel)}, {"policy", each(&Traffic::policy)}},
                        held ? std::optional(Bar{Direction::AtMost, 3}) : std::nullopt});
        }
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    return run_benchmark(argc, argv, "lines that change hands between harts, an operation of `apart`",
                         {{"policy", "all that share"}, {"cpus", "2,8,16"}, {"time", "counted"}}, measure);
}
