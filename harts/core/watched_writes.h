// A supervisor's write tags on users' frames. They last until the next trap from user mode, so that
// each visit to the kernel looks anew whether the frame is shared by then; while a visit lasts, a
// page is copied at full speed.
#pragma once
#include <array>

#include "harts/memory/tlb.h"

namespace stampede {

class WatchedWrites {
public:
    // The oldest goes when there are too many.
    void add(TlbEntry& entry) {
        TlbEntry*& place = entries_[next_++ % entries_.size()];
        if (place != nullptr && place != &entry) {
            place->write = no_tag;
        }
        place = &entry;
    }
    // An entry may hold another page by now: that one only takes the slow way once.
    void drop() {
        if (next_ == 0) [[likely]] {
            return;
        }
        for (TlbEntry*& entry : entries_) {
            if (entry != nullptr) {
                entry->write = no_tag;
                entry = nullptr;
            }
        }
        next_ = 0;
    }

private:
    std::array<TlbEntry*, 16> entries_{};
    u64 next_ = 0;
};

}  // namespace stampede
