// What the scheduler `pbs` knows of a process, and whom it runs first. Arithmetic only; who may
// touch it when stands in process.h.
//
//     dynamic priority = min(100, static priority + index)      the lowest runs first
//     index = max(0, floor((3·running − sleeping − waiting) / (running + sleeping + waiting + 1) ·
//     50))
//
// The index of recent behaviour is that of the usual course assignment on xv6. The times are
// counted since the process was last given a hart: how long it kept that, how long it slept since,
// how long it has waited for the next one. Their unit is a tick, which is a time slice, but they
// are not rounded to whole ones: whoever runs less than a slice has run all the same.
//
// A process that is new, or was given a priority, has the index 25 until it is given a hart, or
// until a tick has passed: one that waits must not stay behind those whose index is 0 because they
// always sleep before their slice ends.
//
// Waiting lessens the index, never the static part: where somebody of a better static priority
// always wants to run and never long enough to have an index, whoever is worse never runs. That is
// by design. Among those that use up their slices the index lets everybody have turns.
#pragma once
#include <cstdint>

#include "kernel/proc/clock.h"

namespace kernel {

inline constexpr std::uint32_t largest_priority = 100, default_priority = 50, first_index = 25;
inline constexpr std::uint64_t priority_tick = clock_slice;

// In the time CSR's unit.
struct Spent {
    std::uint64_t running = 0, sleeping = 0, waiting = 0;
};

enum class Activity : std::uint32_t { waiting, running, sleeping };

// By what processes are ordered at one moment.
struct Precedence {
    std::uint32_t dynamic_priority;
    std::uint64_t times_scheduled;  // fewer first
    std::uint64_t started;          // earlier first
};
bool runs_before(const Precedence& one, const Precedence& other);

// The formula above.
std::uint32_t index_of(const Spent& spent);

// All times are the time CSR's. One that lies before an earlier one (another hart's clock) counts
// as that one.
class Priority {
public:
    constexpr Priority() = default;
    explicit Priority(std::uint64_t now)
        : since_(now), started_(now) {}  // of a new process, which waits

    // From now on it does something else.
    void change(Activity activity, std::uint64_t now);
    // It is given a hart: what is remembered begins anew.
    void schedule(std::uint64_t now);
    // What is remembered begins anew, with the index of a new process. `priority` is at most
    // largest_priority.
    void set(std::uint32_t priority, std::uint64_t now);

    std::uint32_t static_priority() const { return static_; }
    std::uint64_t times_scheduled() const { return times_scheduled_; }
    Spent spent(std::uint64_t now) const;
    std::uint32_t index(std::uint64_t now) const;
    std::uint32_t dynamic_priority(std::uint64_t now) const;
    Precedence precedence(std::uint64_t now) const {
        return {dynamic_priority(now), times_scheduled_, started_};
    }

private:
    enum class Known : std::uint32_t { nothing, since_scheduled };

    std::uint64_t& part_of(Spent& spent) const;

    std::uint32_t static_ = default_priority;
    Activity activity_ = Activity::waiting;
    Known known_ = Known::nothing;
    std::uint64_t since_ = 0;  // that it does what it does
    std::uint64_t started_ = 0;
    std::uint64_t times_scheduled_ = 0;
    Spent spent_;  // before `since_`
};

}  // namespace kernel
