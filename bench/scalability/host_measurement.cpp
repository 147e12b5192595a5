#include <atomic>
#include <chrono>

#include "bench/scalability/booted.h"

namespace stampede::bench {
namespace {

class Operations final : public GuestCallSink {
public:
    // relaxed: read while the harts are parked.
    void on_count(const HartState&, u64 operations) override { done_.fetch_add(operations, std::memory_order_relaxed); }
    [[nodiscard]] u64 done() const { return done_.load(std::memory_order_relaxed); }

private:
    std::atomic<u64> done_ = 0;
};

}  // namespace

Result<double> measure_on_host(const Point& point, double seconds) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds longest_warming{60'000}, piece{20};
    Operations operations;
    Result<Booted> booted = boot(point, point.harts, TimeMode::Host, operations);
    if (!booted) {
        return std::unexpected(booted.error());
    }
    const Clock::time_point booting = Clock::now();
    MachineStop why = MachineStop::Deadline;
    while (why == MachineStop::Deadline && operations.done() == 0 && Clock::now() - booting < longest_warming) {
        why = booted->machine->run_parallel(piece);
    }
    const u64 before = operations.done();
    const Clock::time_point began = Clock::now();
    const auto length = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
    if (why == MachineStop::Deadline && before != 0) {
        why = booted->machine->run_parallel(length);
    }
    const double took = std::chrono::duration<double>(Clock::now() - began).count();
    if (why != MachineStop::Deadline || before == 0) {
        return std::unexpected(stopped(point, *booted, why));
    }
    return static_cast<double>(operations.done() - before) / took;
}

}  // namespace stampede::bench
