#include "harts/observe/coverage/coverage_engines.h"

#include "harts/engine/handlers.h"
#include "harts/engine/own_pieces.h"
#include "harts/observe/coverage/branch_coverage.h"
#include "harts/observe/coverage/interleaving_coverage.h"

namespace stampede {

const Engine branches_engine = engine_of<Branches>();
const Engine branches_counting_engine = engine_of<Counting, Branches>();
const Engine meetings_engine = engine_of<Branches, Meetings>();
const Engine meetings_counting_engine = engine_of<Counting, Branches, Meetings>();

}  // namespace stampede
