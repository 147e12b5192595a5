// The `stress` command from its arguments to its exit status.
#pragma once
#include "harts/oracles/race/race_support.h"

namespace stampede {

// `make_race_detection` is null in the program that has none: with --race that one becomes its
// sibling `stress-race`.
int stress_command(int argc, const char* const* argv, MakeRaceDetection make_race_detection);

}  // namespace stampede
