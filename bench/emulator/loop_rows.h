// The loops that bench_emulator measures, by what they are about.
#pragma once
#include <span>

#include "bench/emulator/guest_loop.h"

namespace stampede::bench {

struct LoopRow {
    const char*
        name;  // the group, then the loop; where several harts take part, how they are driven
    LoopSetup setup;  // so much work that it takes about a twentieth of a second
};

[[nodiscard]] std::span<const LoopRow> loop_rows();

}  // namespace stampede::bench
