#include "harts/schedule/round_robin.h"

#include <bit>

namespace stampede {

Turn RoundRobin::next(u64 runnable) {
    const u64 behind = last_ + 1 < max_harts ? runnable & (~u64{0} << (last_ + 1)) : 0;
    last_ = static_cast<u32>(std::countr_zero(behind != 0 ? behind : runnable));
    return {{last_}, instructions_};
}

}  // namespace stampede
