// `round-robin:N`: each hart in turn, for N instructions.
#pragma once
#include "harts/schedule/schedule.h"

namespace stampede {

class RoundRobin final : public Schedule {
public:
    explicit RoundRobin(u64 instructions) : instructions_(instructions) {}
    Turn next(u64 runnable) override;

private:
    const u64 instructions_;
    u32 last_ = max_harts - 1;
};

}  // namespace stampede
