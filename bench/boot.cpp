// How long from nothing to the first instruction in user mode? Reading the kernel's file, making
// the machine and booting included.
#include <atomic>
#include <chrono>

#include "bench/support/report.h"
#include "bench/support/statistics.h"
#include "harts/core/hart.h"
#include "harts/guests/shelf.h"
#include "harts/machine/machine.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

using Clock = std::chrono::steady_clock;

// Stops the machine at the first return to user mode.
class FirstUserInstruction : public HartEvents {
public:
    explicit FirstUserInstruction(Machine& machine) : machine_(machine) {}
    void on_trap_return(const HartState& state) override {
        if (state.mode != Privilege::User || seen_.exchange(true, std::memory_order_relaxed)) {
            return;  // one hart only
        }
        at_ = Clock::now();  // read when the harts are parked
        machine_.request_stop();
    }
    [[nodiscard]] bool seen() const { return seen_.load(std::memory_order_relaxed); }
    [[nodiscard]] Clock::time_point at() const { return at_; }

private:
    Machine& machine_;
    std::atomic<bool> seen_ = false;
    Clock::time_point at_;
};

Result<double> boot_ms(const Guest& guest, unsigned harts) {
    Clock::time_point start = Clock::now();
    MachineConfig config;
    config.harts = harts;
    auto image = ElfImage::read(guest.kernel);
    if (!image) {
        return error(image.error().message);
    }
    auto machine = Machine::create(config, *image);
    if (!machine) {
        return error(machine.error().message);
    }
    FirstUserInstruction events(**machine);
    (*machine)->set_events(&events);
    (*machine)->run_parallel(std::chrono::seconds(10));
    if (!events.seen()) {
        return error("no hart came to user mode within 10 s");
    }
    return std::chrono::duration<double, std::milli>(events.at() - start).count();
}

Result<void> measure(Report& report, unsigned runs) {
    const auto guest = Shelf::beside_program().kernel(default_kernel);
    if (!guest) {
        return error(guest.error().message);
    }
    for (unsigned harts : {1u, 8u}) {
        std::vector<double> times;
        for (unsigned run = 0; run < runs; ++run) {
            auto time = boot_ms(*guest, harts);
            if (!time) {
                return error(time.error().message);
            }
            times.push_back(*time);
        }
        report.add({"boot, harts: " + std::to_string(harts),
                    {{"ms", median(times)}},
                    Bar{Direction::AtMost, 50}});
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    return run_benchmark(argc, argv, "Boot to the first user instruction (host time)",
                         {{"policy", default_kernel}, {"cpus", "1,8"}, {"time", "host"}}, measure);
}
