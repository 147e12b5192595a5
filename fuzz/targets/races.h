// Whether a target finds races: decided at link, by one of two files.
#pragma once
#include "harts/oracles/race/race_support.h"

namespace stampede::fuzz {

extern const MakeRaceDetection race_detection;  // null: it does not

}  // namespace stampede::fuzz
