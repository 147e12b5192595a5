#include "fuzz/targets/races.h"

namespace stampede::fuzz {

const MakeRaceDetection race_detection = nullptr;

}  // namespace stampede::fuzz
