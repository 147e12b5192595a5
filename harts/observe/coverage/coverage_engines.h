// The engines of harts whose branches are covered, and of those whose meetings are too; each for
// machines whose scheduling points are not counted, and for those whose are.
#pragma once
#include "harts/engine/engine.h"

namespace stampede {

extern const Engine branches_engine, branches_counting_engine, meetings_engine,
    meetings_counting_engine;

}  // namespace stampede
