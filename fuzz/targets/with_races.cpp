#include "fuzz/targets/races.h"
#include "harts/oracles/race/race_detection.h"

namespace stampede::fuzz {

const MakeRaceDetection race_detection = make_race_detection;

}  // namespace stampede::fuzz
