// Priorities over time, for people and for programs.
#pragma once
#include "bench/priorities/samples.h"

namespace stampede::bench {

[[nodiscard]] std::string priorities_text(
    const std::vector<SampledProcess>& processes);  // a line for each
[[nodiscard]] std::string priorities_page(
    const std::vector<SampledProcess>& processes);  // one HTML file
[[nodiscard]] std::string priorities_json(
    const std::vector<SampledProcess>& processes);  // stampede.priorities/1

}  // namespace stampede::bench
