// Who runs next, when one host thread drives all harts: repeatable, for it is a function of the
// schedule's seed and of what the harts did before.
#pragma once
#include <string>

#include "harts/base/types.h"
#include "harts/core/stop_reason.h"

namespace stampede {

// What one hart may do before somebody else is asked for.
struct Turn {
    static constexpr u64 no_limit = ~u64{0};

    HartId hart;
    u64 instructions = no_limit;
    // Scheduling points (event_counter.h): accesses to words that several harts touch, atomics,
    // fences, traps. The hart stops before the first one that is too many.
    u64 events = no_limit;
    // Before it: which words several harts touch is found out anew.
    bool forget_touched = false;
};

// What became of a turn.
struct TurnResult {
    HartId hart;
    u64 instructions = 0;
    u64 events = 0;  // one more than the turn had, where the last was a fence or a trap
    StopReason reason = StopReason::Budget;  // Postponed: the events were used up; Spin: it only
                                             // waits for another hart
};

// One thread.
class Schedule {
public:
    virtual ~Schedule() = default;

    // The next turn, of one of the harts in `runnable` (bit n: hart n; never 0).
    [[nodiscard]] virtual Turn next(u64 runnable) = 0;
    virtual void ran(const TurnResult&) {}
    // Whether Turn::events is ever limited: counting them costs some speed.
    [[nodiscard]] virtual bool limits_events() const { return false; }
    // Whether a hart's turn ends when it only looks at one unchanged word again and again.
    [[nodiscard]] virtual bool looks_for_spins() const { return true; }
    // Figures for people, such as how many harts were demoted for spinning; empty: none.
    [[nodiscard]] virtual std::string summary() const { return {}; }
};

}  // namespace stampede
