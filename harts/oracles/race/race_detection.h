// Race detection for `stress-race`: harts/observe/race on a machine, and what it found as findings.
#pragma once
#include "harts/oracles/race/race_support.h"

namespace stampede {

[[nodiscard]] std::unique_ptr<RaceDetection> make_race_detection(Machine& machine,
                                                                 const ElfImage& kernel,
                                                                 Drive drive);

}  // namespace stampede
