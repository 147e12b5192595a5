// One row of a comparison with QEMU.
#pragma once
#include <optional>
#include <string>

#include "bench/support/report.h"

namespace stampede::bench {

struct Contest {
    const char* name;
    unsigned harts = 1;
    std::optional<Bar> bar;
};

// What both boot, and what they print: the clock runs from the first line that starts with `from` to the line `to`, whose
// first group is the number of units done.
struct Guest {
    const char* image;   // under build/<tree>/
    std::string append;
    std::string from;
    std::string to;      // a regular expression
};

// Runs the guest under both in turn, `runs` times; medians of CPU nanoseconds a unit, and last how many times faster ours is.
[[nodiscard]] Result<Row> compare_with_qemu(const Contest& contest, const Guest& guest, unsigned runs);

}  // namespace stampede::bench
