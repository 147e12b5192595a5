// The engines whose fast accesses and calls go to ThreadSanitizer.
#pragma once
#include "harts/engine/engine.h"

namespace stampede {

extern const Engine racing_engine;
// For snapshots: they know where accesses were recorded. And see branches, and meetings too.
extern const Engine racing_again_engine, racing_branches_engine, racing_meetings_engine;

}  // namespace stampede
