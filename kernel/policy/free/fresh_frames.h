// Frames that were never used: those at and past a frontier, which CPUs move on without a lock.
#pragma once
#include <cstdint>

#include "kernel/abi/audit_table.h"
#include "kernel/arch/arch.h"
#include "kernel/frames/frame.h"

namespace kernel::policy {

class alignas(64) FreshFrames {
public:
    void init(const FrameRange& range) {
        frontier_ = range.first.value;
        end_ = range.first.value + range.frame_count * page_size;
    }

    struct Batch {
        PhysAddr first;
        std::uint64_t frames;  // 0: there are none left, and never will be
    };
    // The next `most` frames, or as many as are left.
    Batch take(std::uint64_t most) {
        std::uint64_t first = arch::relaxed_load(&frontier_), frames;
        do {
            frames = (end_ - first) / page_size;
            if (frames > most) {
                frames = most;
            }
            if (frames == 0) {
                return {};
            }
            // relaxed: nothing was ever written there
        } while (!__atomic_compare_exchange_n(&frontier_, &first, first + frames * page_size, true,
                                              __ATOMIC_RELAXED, __ATOMIC_RELAXED));
        return {{first}, frames};
    }

    void describe(stampede::abi::AuditTable& table) const {
        table.frontier_address = arch::physical(&frontier_).value;
    }

private:
    std::uint64_t frontier_ = 0;  // physical address; changed by every CPU, by atomic instructions
    std::uint64_t end_ = 0;
};

}  // namespace kernel::policy
