#include <atomic>
#include <chrono>

#include "bench/scalability/booted.h"
#include "harts/base/cpu_time.h"

namespace stampede::bench {
namespace {

class Operations final : public FailureListener {
public:
    // relaxed: read while the harts are parked.
    void on_count(const HartState&, u64 operations) override {
        done_.fetch_add(operations, std::memory_order_relaxed);
        batches_.fetch_add(1, std::memory_order_relaxed);
    }
    [[nodiscard]] u64 done() const { return done_.load(std::memory_order_relaxed); }
    [[nodiscard]] u64 batches() const { return batches_.load(std::memory_order_relaxed); }

private:
    std::atomic<u64> done_ = 0, batches_ = 0;
};

}  // namespace

Result<HostMeasurement> measure_on_host(const Point& point, double seconds) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds longest_waiting{60'000}, piece{20};
    // batches: by then all copies have begun, but where one starves
    const u64 warm = 2 * point.harts;
    Operations operations;
    Result<Booted> booted = boot(point, point.harts, TimeMode::Host, operations);
    if (!booted) {
        return std::unexpected(booted.error());
    }
    const Clock::time_point booting = Clock::now();
    MachineStop why = MachineStop::Deadline;
    while (why == MachineStop::Deadline && operations.batches() < warm && !operations.failure() &&
           Clock::now() - booting < longest_waiting) {
        why = booted->machine->run_parallel(piece);
    }
    const u64 before = operations.done();
    const Clock::time_point began = Clock::now();
    const double cpu_before = process_cpu_s();
    const auto length = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(seconds));
    if (why == MachineStop::Deadline && before != 0) {
        why = booted->machine->run_parallel(length);
    }
    // An operation may take longer than that, or the host be busy with something else.
    while (why == MachineStop::Deadline && operations.done() == before && !operations.failure() &&
           Clock::now() - began < length + longest_waiting) {
        why = booted->machine->run_parallel(piece);
    }
    const HostMeasurement result{
        .operations = operations.done() - before,
        .wall_s = std::chrono::duration<double>(Clock::now() - began).count(),
        .cpu_s = process_cpu_s() - cpu_before};
    if (Result<void> good = sound(point, operations); !good) {
        return std::unexpected(good.error());
    }
    if (why != MachineStop::Deadline || result.operations == 0) {
        return std::unexpected(stopped(point, *booted, why));
    }
    return result;
}

}  // namespace stampede::bench
