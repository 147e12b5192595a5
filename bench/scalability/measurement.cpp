#include "bench/scalability/measurement.h"

#include <bit>

#include "bench/scalability/booted.h"
#include "bench/scalability/hot_memory.h"
#include "harts/core/hart.h"
#include "harts/schedule/emulated_time/least_time.h"

namespace stampede::bench {
namespace {

// What has been counted, and when.
class Counts final : public FailureListener {
public:
    explicit Counts(unsigned harts) : harts_(harts) {}
    void set_time(const EmulatedTime& time) { time_ = &time; }

    void on_count(const HartState& state, u64 operations) override {
        operations_ += operations;
        last_ = time_->of(state.id);
        first_ = batches_ == 0 ? last_ : first_;
        ready_ |= u64{1} << state.id.value;
        ++batches_;
    }
    void on_audit_table(const HartState&, PhysAddr table) override { table_ = table; }

    // Whether every hart has done something, or so long a time has passed since one first did that
    // others starve.
    [[nodiscard]] bool warm(u64 starving) const {
        constexpr u64 each = 2;
        const bool all =
            std::popcount(ready_) == static_cast<int>(harts_) && batches_ >= each * harts_;
        return all || (batches_ != 0 && time_->cycles() >= first_ + starving);
    }
    [[nodiscard]] u64 operations() const { return operations_; }
    [[nodiscard]] u64 last() const { return last_; }
    [[nodiscard]] std::optional<PhysAddr> table() const { return table_; }

private:
    const unsigned harts_;
    const EmulatedTime* time_ = nullptr;
    u64 operations_ = 0, first_ = 0, last_ = 0, ready_ = 0, batches_ = 0;
    std::optional<PhysAddr> table_;
};

u64 instructions(Machine& machine) {
    u64 sum = 0;
    for (u32 n = 0; n < machine.harts(); ++n) {
        sum += machine.hart({n}).own.executed;
    }
    return sum;
}

}  // namespace

Result<Measurement> measure(const Point& point, u64 window, const CacheCosts& costs) {
    constexpr u64 piece = 20'000, longest_warming = 4'000'000'000;  // instructions of all harts
    const u64 starving = 4 * window;
    Counts counts(point.harts);
    Result<Booted> booted = boot(point, point.harts, TimeMode::Counted, counts);
    if (!booted) {
        return std::unexpected(booted.error());
    }
    Machine& machine = *booted->machine;
    std::vector<Hart*> harts;
    for (u32 n = 0; n < point.harts; ++n) {
        harts.push_back(&machine.hart({n}));
    }
    EmulatedTime time(machine.ram(), harts, costs);
    counts.set_time(time);
    machine.set_observers({&time}, timing_engine);
    machine.set_time_keeper(&time);
    LeastTime schedule(time);

    MachineStop why = MachineStop::Deadline;
    while (why == MachineStop::Deadline && !counts.warm(starving) &&
           instructions(machine) < longest_warming) {
        why = machine.run_scheduled(schedule, piece);
    }
    if (why != MachineStop::Deadline || !counts.warm(starving)) {
        return std::unexpected(stopped(point, *booted, why));
    }
    // From one count to another, so that no batch is cut.
    const u64 operations = counts.operations(), began = counts.last(),
              executed = instructions(machine), now = time.cycles();
    time.count_anew();
    constexpr u64 most_windows = 50;  // for operations that take longer than one
    while (why == MachineStop::Deadline &&
           (time.cycles() < now + window ||
            (counts.last() <= began && time.cycles() < now + most_windows * window))) {
        why = machine.run_scheduled(schedule, piece);
    }
    if (why != MachineStop::Deadline) {
        return std::unexpected(stopped(point, *booted, why));
    }
    if (counts.last() <= began) {
        return error(point.policy + ", " + point.program +
                     ": nothing was done in the window; a longer one is needed (--window)");
    }
    if (Result<void> good = sound(point, counts); !good) {
        return std::unexpected(good.error());
    }
    Measurement result;
    result.point = point;
    result.operations = counts.operations() - operations;
    result.cycles = counts.last() - began;
    result.instructions = instructions(machine) - executed;
    result.per_second = static_cast<double>(result.operations) /
                        static_cast<double>(result.cycles) * EmulatedTime::cycles_per_second;
    const double all_time = static_cast<double>(time.cycles() - now) * point.harts;
    describe_memory(result, machine, time, counts.table(), GuestSymbols(booted->kernel, {}),
                    all_time);
    return result;
}

}  // namespace stampede::bench
