// A parked hart as a watchdog sees it.
#pragma once
#include "harts/core/hart.h"

namespace stampede {

struct HartSnapshot {
    u32 hart = 0;
    u64 pc = 0;
    Privilege mode = Privilege::Machine;
    bool interrupts_off = false;  // none could be taken now
    bool waiting = false;         // in wfi
    bool can_wake = false;        // an enabled interrupt is pending, or a timer for one is set
    u64 retired = 0;              // instructions since the machine started
    u64 traps = 0;                // taken since then
    // The load that was last seen to bring the same value again.
    u64 spin_pc = 0, spin_address = 0, spin_value = 0;
    u32 spin_count = 0;

    // Whether it goes round a loop that looks at one word: the last look is where it is.
    [[nodiscard]] bool spins() const;
};

// Harts parked.
[[nodiscard]] HartSnapshot snapshot_of(Hart& hart, u64 traps);

}  // namespace stampede
