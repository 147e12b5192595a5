// How often PCT finds the bug of a program of known depth.
#pragma once
#include <cmath>
#include <functional>
#include <memory>

#include "harts/schedule/pct.h"
#include "harts/tests/races/micro/programs.h"

namespace stampede::schedules {

using MakeSchedule = std::function<std::unique_ptr<Schedule>(u64 seed, const races::Shape& shape)>;

// The policy itself: the program's own depth, harts and events.
inline std::unique_ptr<Schedule> pct_of(u64 seed, const races::Shape& shape) {
    return std::make_unique<Pct>(seed, static_cast<unsigned>(shape.harts),
                                 static_cast<unsigned>(shape.depth), shape.events());
}
// What Burckhardt et al. guarantee: 1/(n*k^(d-1)).
inline double bound_of(const races::Shape& shape) {
    return 1 / (static_cast<double>(shape.harts) * std::pow(static_cast<double>(shape.events()),
                                                            static_cast<double>(shape.depth - 1)));
}

struct Hits {
    u64 hits = 0;
    u64 runs = 0;
    u64 most_events = 0;  // of a run, as they were counted
};
// Each run in a machine of its own, with seeds from `seed` on. What harts share is learnt from one
// run beforehand, for in a program that runs once nobody could know it in time. Error: no machine,
// or a run that does not end.
[[nodiscard]] Result<Hits> count_hits(const races::MicroGuest& guest, const races::Shape& shape,
                                      u64 runs, u64 seed, const MakeSchedule& make = pct_of);

}  // namespace stampede::schedules
