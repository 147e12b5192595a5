#include "harts/schedule/emulated_time/least_time.h"

#include <algorithm>
#include <bit>

namespace stampede {

Turn LeastTime::next(u64 runnable) {
    // Whoever woke them is the hart that ran last.
    for (u64 woken = runnable & ~awake_; woken != 0; woken &= woken - 1) {
        time_.wake({static_cast<u32>(std::countr_zero(woken))}, time_.cycles());
    }
    awake_ = runnable;
    u32 first = 0;
    u64 least = ~u64{0}, second = ~u64{0};
    for (u64 left = runnable; left != 0; left &= left - 1) {
        const auto hart = static_cast<u32>(std::countr_zero(left));
        const u64 now = time_.of({hart});
        if (now < least) {
            second = least;
            least = now;
            first = hart;
        } else {
            second = std::min(second, now);
        }
    }
    const u64 cycles = second == ~u64{0} ? longest : std::min(longest, second - least + ahead);
    time_.begin({first}, least + cycles);
    return {{first}, cycles};
}

}  // namespace stampede
