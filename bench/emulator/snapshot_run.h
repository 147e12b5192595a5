// forkbomb on a machine with a snapshot: runs that dirty pages, and the way back. What resets are
// measured with.
#pragma once
#include <memory>

#include "harts/machine/machine.h"
#include "harts/machine/snapshot.h"
#include "harts/schedule/schedule_spec.h"

namespace stampede::bench {

// One thread.
class SnapshotRun {
public:
    // Error: no kernel, or one that cannot be booted as far as the snapshot.
    [[nodiscard]] static Result<std::unique_ptr<SnapshotRun>> create(unsigned harts);

    // Runs from the snapshot on under random:1000 with `seed`. Error: the kernel stopped.
    [[nodiscard]] Result<void> run(u64 seed, u64 instructions);
    // Pages that are not as the snapshot has them.
    [[nodiscard]] u64 dirty_pages() { return snapshot_->dirty_pages().size(); }
    void restore() { snapshot_->restore(); }

private:
    SnapshotRun() = default;
    GuestCallSink nobody_;
    std::unique_ptr<Machine> machine_;
    std::optional<Snapshot> snapshot_;
};

}  // namespace stampede::bench
