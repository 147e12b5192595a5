// Function, file and line of an address, with the calls that the compiler inlined there, from
// DWARF.
#pragma once
#include <elfutils/libdw.h>

#include <optional>
#include <vector>

#include "harts/base/source_location.h"
#include "harts/base/types.h"

namespace stampede {

// One thread. The file may be any: what does not fit together is not known.
class SourceFrames {
public:
    // `dwarf` may be null, and outlives this. Code ranges are at most `most_ranges`, else the debug
    // information counts as none.
    SourceFrames(Dwarf* dwarf, std::size_t most_ranges);

    // Innermost first: inlined functions, then the one they were inlined into; never empty. What is
    // not known stays empty, pc is 0.
    [[nodiscard]] std::vector<SourceLocation> at(u64 address) const;

private:
    // A compile unit's code. The file's own address ranges are not needed: not every compiler
    // writes them.
    struct UnitRange {
        u64 low, high;  // high is past the end
        Dwarf_Off unit;
    };
    [[nodiscard]] std::optional<Dwarf_Die> unit_at(u64 address) const;

    Dwarf* const dwarf_;
    std::vector<UnitRange> units_;  // by low
};

}  // namespace stampede
