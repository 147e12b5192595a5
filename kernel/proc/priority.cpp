#include "kernel/proc/priority.h"

namespace kernel {

bool runs_before(const Precedence& one, const Precedence& other) {
    if (one.dynamic_priority != other.dynamic_priority) {
        return one.dynamic_priority < other.dynamic_priority;
    }
    if (one.times_scheduled != other.times_scheduled) {
        return one.times_scheduled < other.times_scheduled;
    }
    return one.started < other.started;
}

// Both parts of the fraction are multiplied by a tick.
std::uint32_t index_of(const Spent& spent) {
    const std::uint64_t busy = 3 * spent.running, idle = spent.sleeping + spent.waiting;
    if (busy <= idle) {
        return 0;
    }
    return static_cast<std::uint32_t>((busy - idle) * 50 / (spent.running + idle + priority_tick));
}

std::uint64_t& Priority::part_of(Spent& spent) const {
    switch (activity_) {
    case Activity::running: return spent.running;
    case Activity::sleeping: return spent.sleeping;
    case Activity::waiting: break;
    }
    return spent.waiting;
}

Spent Priority::spent(std::uint64_t now) const {
    Spent all = spent_;
    if (now > since_) {
        part_of(all) += now - since_;
    }
    return all;
}

void Priority::change(Activity activity, std::uint64_t now) {
    spent_ = spent(now);
    activity_ = activity;
    if (now > since_) {
        since_ = now;
    }
}

void Priority::schedule(std::uint64_t now) {
    change(Activity::running, now);
    spent_ = {};
    known_ = Known::since_scheduled;
    ++times_scheduled_;
}

void Priority::set(std::uint32_t priority, std::uint64_t now) {
    change(activity_, now);
    static_ = priority;
    spent_ = {};
    known_ = Known::nothing;
}

std::uint32_t Priority::index(std::uint64_t now) const {
    const Spent all = spent(now);
    const bool too_early =
        known_ == Known::nothing && all.running + all.sleeping + all.waiting < priority_tick;
    return too_early ? first_index : index_of(all);
}

std::uint32_t Priority::dynamic_priority(std::uint64_t now) const {
    const std::uint32_t sum = static_ + index(now);
    return sum < largest_priority ? sum : largest_priority;
}

}  // namespace kernel
