// What the guest program `priorities` prints of its processes.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede::bench {

struct PrioritySample {
    double ms = 0;  // of guest time, since the beginning
    unsigned static_priority = 0, index = 0, dynamic_priority = 0;
    u64 turns = 0;
    bool operator==(const PrioritySample&) const = default;
};

struct SampledProcess {
    std::string name;
    std::vector<PrioritySample> samples;  // by time
};

// Processes in the order in which the console first names them; lines that are no samples say
// nothing. Error: a sample that cannot be read, or none.
[[nodiscard]] Result<std::vector<SampledProcess>> read_samples(std::string_view console);

}  // namespace stampede::bench
