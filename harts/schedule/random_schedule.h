// `random:N`: any hart that can run, for a random number of instructions around N, drawn anew each
// time. Most turns are short and some are long (exponential, as far as integers go): bugs that want
// a quick change and bugs that want a long absence both get theirs.
#pragma once
#include "harts/schedule/random_numbers.h"
#include "harts/schedule/schedule.h"

namespace stampede {

class RandomSchedule final : public Schedule {
public:
    RandomSchedule(u64 seed, u64 mean_instructions) : random_(seed), mean_(mean_instructions) {}
    Turn next(u64 runnable) override;

private:
    RandomNumbers random_;
    const u64 mean_;
};

}  // namespace stampede
