// `pct:d`: the probabilistic concurrency testing of Burckhardt, Kothari, Musuvathi and Nagarakatte,
// "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs" (ASPLOS 2010), sections 2
// and 3.
//
// Every hart gets a random priority; the highest that can run, runs. At d - 1 points drawn from the
// k next scheduling points, whoever is about to execute that one falls below all others:
//
//     priorities   hart 2 > hart 0 > hart 1                    d = 2: one point, here before the
//                  4th event
//     hart 2       e1 e2 e3 │                          e8 …
//     hart 0                │ e4 e5 (waits) │      e7           hart 2 has fallen: it goes on when
//                           nobody else can
//     hart 1                                │ e6 …
//
// A bug that d ordering constraints bring about shows with a probability of at least 1/(n·k^(d-1))
// in each run of n harts and k events. What is counted as k: event_counter.h. A run may be longer
// than k: after k events new priorities and new points are drawn, so that a long run is many runs
// of PCT behind each other. After some windows what several harts touch is found out anew, for
// memory changes hands.
//
// PCT takes for granted that a hart which waits is not runnable. One that is seen spinning falls
// below all others as well, which the guarantee does not cover; summary() says how often that was.
#pragma once
#include <array>
#include <vector>

#include "harts/schedule/random_numbers.h"
#include "harts/schedule/schedule.h"

namespace stampede {

class Pct final : public Schedule {
public:
    static constexpr u64 default_events = 2000;

    // 1 to 64 harts, depth at least 1, at least 1 event.
    Pct(u64 seed, unsigned harts, unsigned depth, u64 events);
    Turn next(u64 runnable) override;
    void ran(const TurnResult& result) override;
    [[nodiscard]] bool limits_events() const override { return true; }
    [[nodiscard]] std::string summary() const override;

private:
    void begin_window();
    void fall(HartId hart, i64 priority) { priority_[hart.value] = priority; }

    RandomNumbers random_;
    const unsigned harts_, depth_;
    const u64 events_;                       // k
    std::array<i64, max_harts> priority_{};  // higher runs first
    std::vector<u64> points_;                // of this window, ascending: 1 to k
    std::size_t passed_ = 0;                 // points behind us
    u64 executed_ = 0;                       // events of this window
    i64 lowest_ = 0;                         // priority of whoever was last seen spinning
    u64 windows_ = 0, spins_ = 0;
};

}  // namespace stampede
