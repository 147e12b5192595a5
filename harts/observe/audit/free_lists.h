// Which frames stand on the free lists.
#pragma once
#include <vector>

#include "harts/observe/audit/view.h"
#include "harts/observe/audit/violations.h"

namespace stampede {

class FreeLists {
public:
    // Follows every list until its end, or until it is broken: leaves the frames, or comes to a
    // frame for the second time.
    [[nodiscard]] static FreeLists collect(const AuditView& view, Violations& violations);

    [[nodiscard]] bool holds(u64 frame) const { return list_of_[frame] != 0; }
    // Whether any frame from this one on stands on a list.
    [[nodiscard]] bool reach(u64 frame) const { return end_ > frame; }
    // Every list was followed to its end; else frames may be missed.
    [[nodiscard]] bool complete() const { return complete_; }

private:
    std::vector<u8> list_of_;  // per frame: number of its list + 1, or 0
    u64 end_ = 0;              // behind the last frame that stands on one
    bool complete_ = true;
};

}  // namespace stampede
