// New programs by chance.
#pragma once
#include "fuzz/program/program.h"
#include "harts/schedule/random_numbers.h"

namespace stampede::fuzz {

// A valid program; a function of the state of `random` alone.
[[nodiscard]] Program generate(RandomNumbers& random);
// A schedule of any kind, short turns oftener than long ones.
[[nodiscard]] ScheduleChoice generate_schedule(RandomNumbers& random);
// The calls of one more process for `program`, which is valid and stays so if they are added.
[[nodiscard]] Process generate_process(const Program& program, RandomNumbers& random);

}  // namespace stampede::fuzz
