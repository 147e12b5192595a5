// Instructions of the guest at which somebody wants to be told, before they are executed: how a
// kernel's functions are followed that tells nothing of itself. They take the slow path; all others
// are as fast as without.
#pragma once
#include <algorithm>
#include <vector>

#include "harts/base/types.h"

namespace stampede {

struct Hart;

class CodeMarks {
public:
    // `at`: physical addresses of instructions.
    explicit CodeMarks(std::vector<u64> at) : at_(std::move(at)) { std::ranges::sort(at_); }
    virtual ~CodeMarks() = default;

    [[nodiscard]] bool has(PhysAddr at) const { return std::ranges::binary_search(at_, at.value); }
    // On the hart's own thread, several harts at once, with own.pc at the instruction. Again if the
    // instruction has to be begun anew.
    virtual void at_mark(Hart& hart, PhysAddr at) = 0;

private:
    std::vector<u64> at_;
};

}  // namespace stampede
