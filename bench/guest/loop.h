// A loop that is timed. Each file of this folder contributes a table of them; main.cpp runs those
// that `loop=` selects.
#pragma once
#include <span>

#include "bench/guest/platform.h"

namespace bench_guest {

enum class On : u8 { FirstHart, EveryHart };

struct Loop {
    const char* name;
    On on;
    u64 units;                    // of work at `repeat=1`, shared equally by the harts that run it
    u64 (*run)(u64 units);        // does the work; the value depends on all of it
    void (*prepare)() = nullptr;  // untimed, on the first hart
    u64 (*counter)() = nullptr;   // must have risen from 0 by the units of all harts
};

std::span<const Loop> compute_loops();
std::span<const Loop> memory_loops();
std::span<const Loop> system_loops();
std::span<const Loop> translation_loops();
std::span<const Loop> shared_loops();

}  // namespace bench_guest
