// Runs one of the parallel guest programs, on a host thread a hart or on one for all.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "harts/base/drive.h"
#include "harts/machine/machine.h"
#include "harts/tests/several_harts/programs.h"

namespace stampede::several_harts {

using ::several_harts::Order;
using ::several_harts::Program;

struct ParallelRun {
    Program program = Program::Meet;
    unsigned harts = 2;
    u64 rounds = 1;
    Order order = Order::None;
    // stores after which a page without load-reserved loses its mark; 0: as built
    u32 patience = 0;
    TimeMode time = TimeMode::Host;
    // OneThread: turns of 1 to 40 instructions by a fixed sequence of random numbers: dense, and
    // the same each time.
    Drive drive = Drive::ThreadAHart;
};

// A machine on which a run has passed, with what its harts have left.
class ParallelMachine {
public:
    // Error: the machine could not be made, the guest failed (with its status) or did not end
    // within `limit` of host time.
    [[nodiscard]] static Result<ParallelMachine> run(
        const ParallelRun& run, std::chrono::seconds limit = std::chrono::seconds(300));

    [[nodiscard]] u64 result(unsigned hart, unsigned value) const;
    // of the results of harts `from` and up
    [[nodiscard]] u64 sum(unsigned value, unsigned from = 0) const;
    [[nodiscard]] Machine& machine() const { return *machine_; }

private:
    ParallelMachine(std::unique_ptr<Machine> machine, PhysAddr results)
        : machine_(std::move(machine)), results_(results) {}
    std::unique_ptr<Machine> machine_;
    PhysAddr results_;
};

}  // namespace stampede::several_harts
