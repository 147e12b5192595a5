#include "harts/schedule/pct.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

namespace stampede {
namespace {

constexpr u64 slice = 4000;  // instructions after which a hart is looked at for spinning
constexpr u64 windows_an_epoch =
    64;  // what several harts touch changes slowly, and to find it out anew costs events

}  // namespace

Pct::Pct(u64 seed, unsigned harts, unsigned depth, u64 events)
    : random_(seed), harts_(harts), depth_(depth), events_(events) {
    begin_window();
}

// Priorities d to d + n - 1 in random order; the i-th point leads to priority d - i.
void Pct::begin_window() {
    std::array<i64, max_harts> order;
    std::iota(order.begin(), order.begin() + harts_, i64{depth_});
    for (unsigned n = harts_; n > 1; --n) {
        std::swap(order[n - 1], order[random_.below(n)]);
    }
    std::copy_n(order.begin(), harts_, priority_.begin());
    points_.clear();
    for (unsigned n = 1; n < depth_; ++n) {
        points_.push_back(1 + random_.below(events_));
    }
    std::ranges::sort(points_);
    passed_ = 0;
    executed_ = 0;
    lowest_ = 0;
    ++windows_;
}

Turn Pct::next(u64 runnable) {
    bool forget = false;
    if (executed_ >= events_) {
        begin_window();
        forget = windows_ % windows_an_epoch == 0;
    }
    u32 best = static_cast<u32>(std::countr_zero(runnable));
    for (u64 left = runnable; left != 0; left &= left - 1) {
        const u32 hart = static_cast<u32>(std::countr_zero(left));
        best = priority_[hart] > priority_[best] ? hart : best;
    }
    // Up to, and not including, the next point's event; without one to the window's end.
    const u64 until = passed_ < points_.size() ? points_[passed_] - 1 : events_;
    return {{best}, slice, until > executed_ ? until - executed_ : 0, forget};
}

void Pct::ran(const TurnResult& result) {
    executed_ += result.events;
    // The event that the hart stands before, or has gone through because it could not be put off.
    // Several points may have been drawn at one event: the hart falls to the lowest of them.
    const u64 reached = executed_ + (result.reason == StopReason::Postponed ? 1 : 0);
    while (passed_ < points_.size() && points_[passed_] <= reached) {
        ++passed_;
        fall(result.hart, static_cast<i64>(depth_) - static_cast<i64>(passed_));
    }
    if (result.reason == StopReason::Spin) {
        fall(result.hart, --lowest_);
        ++spins_;
    }
}

std::string Pct::summary() const {
    return fmt::format("{} rounds of {} events; {} times a hart was lowered for spinning", windows_,
                       events_, spins_);
}

}  // namespace stampede
