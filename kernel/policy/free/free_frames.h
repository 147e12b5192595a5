// Where free frames live: those never used lie at and past a frontier, those given back in a list
// linked through themselves. Nothing is written to memory before it is first used. Not
// synchronised: the policy holds its lock.
#pragma once
#include <cstdint>

#include "kernel/abi/audit_table.h"
#include "kernel/frames/frame.h"

namespace kernel::policy {

class FreeFrames {
public:
    void init(const FrameRange& range);

    // A frame with count 1 that belongs to `owner`; null when there is none.
    Frame* take(FrameOwner owner);
    // The same for policies that count elsewhere than in Frame.
    Frame* take_uncounted(FrameOwner owner);
    // The frame's count must be 0.
    void give_back(Frame& frame);

    std::uint64_t in_use() const { return in_use_; }
    void describe(stampede::abi::AuditTable& table) const;

private:
    struct Link {
        PhysAddr next;  // 0: the last
    };

    std::uint64_t head_ = 0;      // physical address of the first free frame, 0: none
    std::uint64_t frontier_ = 0;  // physical address: frames from here on were never used
    std::uint64_t end_ = 0;
    std::uint64_t in_use_ = 0;
};

}  // namespace kernel::policy
