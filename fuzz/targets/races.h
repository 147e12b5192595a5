// Whether a target finds races: decided at link, by one of two files.
#pragma once
#include "harts/verdict/race_support.h"

namespace stampede::fuzz {

extern const MakeRaceDetection race_detection;  // null: it does not

}  // namespace stampede::fuzz
