// What policies with one lock have in common: the lock, the free frames behind it, and the
// functions that decide nothing about counts.
#pragma once
#include "kernel/base/spinlock.h"
#include "kernel/policy/free/free_frames.h"

namespace kernel::policy {

struct LockedFrames {
    constexpr explicit LockedFrames(const char* name) : lock(name) {}

    void init(const FrameRange& range);
    Frame* allocate(FrameOwner owner);
    std::uint32_t count(const Frame& frame);
    std::uint64_t in_use();
    // counts as they stand in Frame, and the free frames
    void describe(stampede::abi::AuditTable& table);

    Spinlock<Rank::frames> lock;
    FreeFrames free GUARDED_BY(lock);
};

}  // namespace kernel::policy
