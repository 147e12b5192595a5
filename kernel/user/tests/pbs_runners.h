// Children that stand at a gate until all have a priority, then run at once: in which order they
// end.
#pragma once
#include "kernel/user/lib/system_calls.h"

#include <cstdint>

namespace user {

inline constexpr std::uint64_t slice = 100'000;  // the kernel's: 10 ms, in ticks of the time CSR

struct Runner {
    int priority;            // static
    int sleeps_before = 0;   // so many turns more it has had before the gate opens
    int sleeps = 0;          // of 0.1 s, behind the gate
    std::uint64_t work = 0;  // computing then, in ticks that nobody else had this hart
    int pid = 0;             // set by start()
};

// The process's, which must be there.
ProcessPriority seen_priority(int pid);

// The runners of one try. The caller should have a better priority than all of them and no other
// child.
class Race {
public:
    static constexpr int limit = 12;

    // Starts them; all stand at the gate, with their priorities, and the index of each is 0.
    Race(Runner* runners, int count);
    // Opens the gate; from now on they are runnable, and run when the caller sleeps.
    void open();
    // Waits for all.
    void finish();

    // All indexes are those of runners.
    int ended(int place) const { return order_[place]; }  // the first is 0
    const ProcessPriority& at_gate(int index) const {
        return at_gate_[index];
    }  // right before open()
    std::uint64_t began(int index) const { return began_[index]; }  // to run, behind the gate
    std::uint64_t turns(int index) const {
        return turns_at_end_[index] - at_gate_[index].times_scheduled;
    }
    // Time went by without any work and without another process's turn: a busy host held the hart.
    bool held() const { return held_; }

private:
    void run(const Runner& runner, int index);
    struct Said {
        int index;
        std::uint64_t when;
    };
    Said next();

    Runner* runners_;
    int count_;
    int gate_[2];
    int results_[2];
    int order_[limit] = {};
    ProcessPriority at_gate_[limit] = {};
    std::uint64_t began_[limit] = {};
    std::uint64_t turns_at_end_[limit] = {};
    bool held_ = false;
};

}  // namespace user
