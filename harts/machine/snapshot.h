// A machine's whole state at one moment, to come back to as often as wanted.
//
// Coming back costs what has changed since: RAM by the pages that were stored to
// (memory/dirty_pages.h), translations by their entries; devices, CSRs and the clock are small.
// What a guest cannot see stays as it is: decoded code but of pages whose contents come back, and
// line versions.
//
// From one snapshot, the same schedule leads to the same state (Machine::state_hash), the first
// time like any other; only time that is the host's goes on from the snapshot's moment, at the
// host's pace.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "harts/base/restorable.h"
#include "harts/machine/machine.h"

namespace stampede {

class Snapshot {
public:
    // Of the machine as it is now, harts parked. One a machine at a time; the machine and `others`
    // must outlive it. Observers and sinks stay the ones that were set.
    explicit Snapshot(Machine& machine, std::vector<Restorable*> others = {});
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    // Harts parked.
    void restore();
    // Pages of RAM, by their number, that have been stored to since.
    [[nodiscard]] std::span<const u32> dirty_pages() const;

private:
    struct Saved;
    struct SavedHart;
    void settle();
    void save();
    void restore_hart(SavedHart& saved);
    void forget_code_of_dirty_pages();
    void restore_marks();

    Machine::Implementation& machine_;
    const std::vector<Restorable*> others_;
    const std::unique_ptr<Saved> saved_;
};

}  // namespace stampede
