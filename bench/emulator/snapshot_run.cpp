#include "bench/emulator/snapshot_run.h"

#include "harts/guests/shelf.h"

namespace stampede::bench {
namespace {

constexpr u64 until_snapshot = 20'000'000;  // instructions: the workload is under way

}  // namespace

Result<std::unique_ptr<SnapshotRun>> SnapshotRun::create(unsigned harts) {
    const Result<Guest> guest = Shelf::beside_program().kernel(default_kernel);
    if (!guest) {
        return std::unexpected(guest.error());
    }
    const MachineConfig config{
        .harts = harts,
        .memory = u64{32} << 20,
        .time = TimeMode::Counted,
        .bootargs = guest->start({"forkbomb", "ops=1000000 seed=1"})->bootargs};
    const Result<ElfImage> image = ElfImage::read(guest->kernel);
    if (!image) {
        return std::unexpected(image.error());
    }
    Result<std::unique_ptr<Machine>> machine = Machine::create(config, *image);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    std::unique_ptr<SnapshotRun> made(new SnapshotRun);
    made->machine_ = std::move(*machine);
    made->machine_->set_guest_calls(&made->nobody_);
    if (!made->run(1, until_snapshot)) {
        return error("the kernel stopped before its snapshot");
    }
    made->snapshot_.emplace(*made->machine_);
    return made;
}

Result<void> SnapshotRun::run(u64 seed, u64 instructions) {
    static const ScheduleSpec spec = *ScheduleSpec::parse("random:1000");
    if (machine_->run_scheduled(*spec.make(seed, machine_->harts()), instructions) !=
        MachineStop::Deadline) {
        return error("the kernel stopped");
    }
    return {};
}

}  // namespace stampede::bench
