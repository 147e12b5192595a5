// What could hold counts of frames, and from where they could be numbered.
#pragma once
#include "harts/observe/kernel/count_formula.h"

namespace stampede {

struct CountArrayCandidate {
    std::string name;    // "refs.counts", "pages.count": as a description says it
    std::string member;  // behind the index: ".count"; "": integers themselves
    u64 address = 0;     // of the first integer
    u64 stride = 0, width = 0;
    bool is_signed = false;
    u64 count = 0;  // of elements; 0: not known, it hangs on a pointer
};

struct CountOrigin {
    std::string name;  // "KERNBASE"; "0"
    u64 value = 0;
};

// Integer arrays with at least as many elements as there are frames, integer members of such arrays
// of structures, and what pointers to either point to now.
[[nodiscard]] std::vector<CountArrayCandidate> count_arrays(const CountQuestion& question);

// 0, KERNBASE, end, PGROUNDUP(end), PGROUNDDOWN(end), and whatever variable holds an address behind
// `end`.
[[nodiscard]] std::vector<CountOrigin> count_origins(const CountQuestion& question);

// The array indexed by (pa - origin) / 4096. None: not every frame has an element in RAM.
[[nodiscard]] std::optional<CountFormula> formula_of(const CountArrayCandidate& array,
                                                     const CountOrigin& origin,
                                                     const CountQuestion& question);

}  // namespace stampede
