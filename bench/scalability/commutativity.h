// Which lines of memory two operations on different harts fight over although they commute, in the
// manner of the scalable commutativity rule: what commutes can be built so that its accesses do not
// conflict (Clements et al., SOSP 2013).
//
// Two processes, a hart each, do their operations many times at once; then all accesses of the
// kernel in one operation of each are compared. A line conflicts when both accessed it and one of
// them wrote. Each process is warm by then, so that what is set up once does not count.
#pragma once
#include <string>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede::bench {

struct CommutingPair {
    std::string first, second;           // operations, as kernel/user/bench/commute.cpp names them
    std::vector<std::string> conflicts;  // lines by what lies on them, no name twice; empty: none
    u64 lines = 0;                       // how many lines
};

struct CommutativityOfPolicy {
    std::string policy;
    std::vector<CommutingPair> pairs;
    [[nodiscard]] u64 free_of_conflict() const;
};

// All operations, each with each and with itself. Error: as measure(). Any thread.
[[nodiscard]] Result<CommutativityOfPolicy> commutativity_of(const std::string& policy);

}  // namespace stampede::bench
