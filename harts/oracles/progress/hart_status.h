// A parked hart as a watchdog sees it.
#pragma once
#include <optional>

#include "harts/core/hart.h"
#include "harts/memory/ram.h"

namespace stampede {

struct HartStatus {
    u32 hart = 0;
    u64 pc = 0;
    Privilege mode = Privilege::Machine;
    bool interrupts_off = false;  // none could be taken now
    bool waiting = false;         // in wfi
    bool can_wake = false;        // an enabled interrupt is pending, or a timer for one is set
    u64 retired = 0;              // instructions since the machine started
    u64 traps = 0;                // taken since then
    u64 spin_pc = 0;  // of the instruction that was last seen to wait: a read that brings the same
                      // value, a pause
    std::optional<u64> spin_address{};    // of the word that its loop looks at
    std::optional<PhysAddr> spin_word{};  // where that is

    // Whether it goes round a loop that waits: it is where it was seen to wait.
    [[nodiscard]] bool spins() const;
    // Whether two instructions may be of one waiting loop.
    [[nodiscard]] static bool in_one_loop(u64 one, u64 other);
};

// Harts parked.
[[nodiscard]] HartStatus status_of(Hart& hart, const Ram& ram, u64 traps);

}  // namespace stampede
