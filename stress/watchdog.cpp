#include "stress/watchdog.h"

#include <algorithm>

namespace stampede {

std::optional<Stuck> Watchdog::look(std::span<const HartSnapshot> harts) {
    std::optional<Stuck> stuck;
    if (last_.size() == harts.size()) {
        stuck = look_for_interrupts_off(harts);
        stuck = stuck ? stuck : look_for_endless_sleep(harts);
        stuck = stuck ? stuck : look_for_deadlock(harts);
    } else {
        off_since_.clear();
        std::ranges::transform(harts, std::back_inserter(off_since_), &HartSnapshot::retired);
    }
    last_.assign(harts.begin(), harts.end());
    return stuck;
}

std::optional<Stuck> Watchdog::look_for_interrupts_off(std::span<const HartSnapshot> harts) {
    for (std::size_t n = 0; n < harts.size(); ++n) {
        const HartSnapshot& hart = harts[n];
        if (!hart.interrupts_off || hart.waiting || hart.traps != last_[n].traps) {
            off_since_[n] = hart.retired;
        } else if (hart.retired - off_since_[n] > limits_.instructions_with_interrupts_off) {
            return Stuck{"a hart runs on and on with interrupts off", hart.hart};
        }
    }
    return std::nullopt;
}

std::optional<Stuck> Watchdog::look_for_endless_sleep(std::span<const HartSnapshot> harts) {
    const bool all =
        std::ranges::all_of(harts, [](const HartSnapshot& hart) { return hart.waiting && !hart.can_wake; });
    asleep_ = all && input_ == Input::None ? asleep_ + 1 : 0;
    return asleep_ >= limits_.looks_asleep
        ? std::optional(Stuck{"every hart waits and no interrupt can wake one", std::nullopt})
        : std::nullopt;
}

std::optional<Stuck> Watchdog::look_for_deadlock(std::span<const HartSnapshot> harts) {
    std::optional<u32> spinning;
    bool all = true;
    u64 executed = 0;
    for (std::size_t n = 0; n < harts.size(); ++n) {
        const HartSnapshot &now = harts[n], &before = last_[n];
        const bool same_word = now.spins() && before.spins() && now.spin_pc == before.spin_pc &&
                               now.spin_address == before.spin_address;
        const bool still = now.interrupts_off && now.traps == before.traps;
        if (same_word && still) {
            spinning = spinning ? spinning : now.hart;
            executed += now.retired - before.retired;
        } else {
            all &= now.waiting;
        }
    }
    without_progress_ = all && spinning ? without_progress_ + executed : 0;
    return without_progress_ >= limits_.instructions_without_progress
        ? std::optional(Stuck{"every hart spins on a lock or waits", spinning})
        : std::nullopt;
}

}  // namespace stampede
