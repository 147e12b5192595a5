// The loops of bench/guest: no kernel, machine mode alone, one loop a boot.
#pragma once
#include <filesystem>

#include "harts/guests/guest.h"

namespace stampede {

// bench_loops.elf in `folder`. A work's program is a loop, one of its words `units=N`. There need
// be no such file.
[[nodiscard]] Guest bare_loops(const std::filesystem::path& folder);

}  // namespace stampede
