#include "harts/oracles/progress/watchdog.h"

#include <algorithm>

namespace stampede {

std::optional<Stuck> Watchdog::look(std::span<const HartStatus> harts) {
    std::optional<Stuck> stuck;
    if (last_.size() == harts.size()) {
        stuck = look_for_ring(harts);
        stuck = stuck ? stuck : look_for_interrupts_off(harts);
        stuck = stuck ? stuck : look_for_endless_sleep(harts);
        stuck = stuck ? stuck : look_for_deadlock(harts);
    } else {
        off_since_.clear();
        std::ranges::transform(harts, std::back_inserter(off_since_), &HartStatus::retired);
    }
    last_.assign(harts.begin(), harts.end());
    return stuck;
}

std::optional<Stuck> Watchdog::look_for_interrupts_off(std::span<const HartStatus> harts) {
    for (std::size_t n = 0; n < harts.size(); ++n) {
        const HartStatus& hart = harts[n];
        if (!hart.interrupts_off || hart.waiting || hart.traps != last_[n].traps) {
            off_since_[n] = hart.retired;
        } else if (hart.retired - off_since_[n] > limits_.instructions_with_interrupts_off) {
            return Stuck{.title = "a hart runs on and on with interrupts off", .hart = hart.hart};
        }
    }
    return std::nullopt;
}

std::optional<Stuck> Watchdog::look_for_endless_sleep(std::span<const HartStatus> harts) {
    const bool all = std::ranges::all_of(
        harts, [](const HartStatus& hart) { return hart.waiting && !hart.can_wake; });
    asleep_ = all && input_ == Input::None ? asleep_ + 1 : 0;
    return asleep_ >= limits_.looks_asleep
               ? std::optional(Stuck{.title = "every hart waits and no interrupt can wake one"})
               : std::nullopt;
}

// In the loop that it spun in at the last look, on the same word, and no interrupt can have done
// anything about it. A loop waits at several of its instructions: a load and a pause.
bool Watchdog::spins_still(std::size_t n, const HartStatus& now) const {
    const HartStatus& before = last_[n];
    return now.spins() && before.spins() && HartStatus::in_one_loop(now.spin_pc, before.spin_pc) &&
           now.spin_address == before.spin_address && now.interrupts_off &&
           now.traps == before.traps;
}

// From the lowest hart that stands in a ring, each waiting for the next; empty: there is none.
std::vector<WaitsFor> Watchdog::ring_among(std::span<const HartStatus> harts) const {
    std::vector<std::optional<WaitsFor>> waits(harts.size());
    for (std::size_t n = 0; n < harts.size(); ++n) {
        const auto holder = spins_still(n, harts[n]) && harts[n].spin_word
                                ? holder_of_(*harts[n].spin_word)
                                : std::nullopt;
        if (holder && *holder < harts.size()) {
            waits[n] = {static_cast<u32>(n), *harts[n].spin_word, *holder};
        }
    }
    for (std::size_t first = 0; first < harts.size(); ++first) {
        std::vector<WaitsFor> ring;
        for (std::size_t at = first; waits[at] && ring.size() < harts.size();
             at = waits[at]->holder) {
            ring.push_back(*waits[at]);
            if (waits[at]->holder == first) {
                return ring;
            }
        }
    }
    return {};
}

std::optional<Stuck> Watchdog::look_for_ring(std::span<const HartStatus> harts) {
    std::vector<WaitsFor> ring = holder_of_ ? ring_among(harts) : std::vector<WaitsFor>();
    u64 executed = 0;
    for (const WaitsFor& one : ring) {
        executed += harts[one.hart].retired - last_[one.hart].retired;
    }
    in_ring_ = !ring.empty() && ring == ring_ ? in_ring_ + executed : 0;
    ring_ = std::move(ring);
    if (ring_.empty() || in_ring_ < limits_.instructions_in_a_ring) {
        return std::nullopt;
    }
    const char* title = ring_.size() == 1 ? "a hart waits for a lock that it holds"
                                          : "harts wait for each other's locks";
    return Stuck{title, ring_.front().hart, FindingKind::deadlock, ring_};
}

std::optional<Stuck> Watchdog::look_for_deadlock(std::span<const HartStatus> harts) {
    std::optional<u32> spinning;
    bool all = true;
    u64 executed = 0;
    for (std::size_t n = 0; n < harts.size(); ++n) {
        const HartStatus& now = harts[n];
        if (spins_still(n, now)) {
            spinning = spinning ? spinning : now.hart;
            executed += now.retired - last_[n].retired;
        } else {
            all &= now.waiting;
        }
    }
    without_progress_ = all && spinning ? without_progress_ + executed : 0;
    return without_progress_ >= limits_.instructions_without_progress
               ? std::optional(
                     Stuck{.title = "every hart spins on a lock or waits", .hart = spinning})
               : std::nullopt;
}

}  // namespace stampede
