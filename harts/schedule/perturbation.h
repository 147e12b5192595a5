// What a guest must bear at any time and seldom meets: store-conditionals that fail for no reason,
// translations that the TLB has lost, timers that are due at an awkward instruction, interrupts
// that come late.
//
// Every decision is a function of the seed, of the hart, and of how often that hart has come to
// such a place before (or how many instructions it has executed). So it is the same whatever cuts
// the turns: a replay of them meets the same.
#pragma once
#include <array>

#include "harts/base/types.h"

namespace stampede {

// How often, of `whole`.
struct Perturbation {
    static constexpr u32 whole = 1024;

    u64 seed = 0;
    u32 failed_store_conditionals = 0;  // of those that would succeed
    u32 evicted_translations = 0;       // of those that would be cached
    u32 early_timers = 0;  // of stretches of 1,024 instructions of a hart: at one of them time runs
                           // ahead to its next timer
    u32 late_interrupts =
        0;  // of those from devices and other harts: noticed up to 256 instructions later

    friend bool operator==(const Perturbation&, const Perturbation&) = default;
};

// The decisions. Each hart's on its own thread.
class Perturbations {
public:
    explicit Perturbations(const Perturbation& often = {}) : often_(often) { early_.fill(0); }

    [[nodiscard]] bool fail_store_conditional(HartId hart);
    [[nodiscard]] bool evict_translation(HartId hart);
    // The first count of executed instructions past `executed` at which time runs ahead; all ones:
    // never.
    [[nodiscard]] u64 next_early_timer(HartId hart, u64 executed);
    // Instructions for which the hart does not notice an interrupt that is raised now; mostly 0.
    [[nodiscard]] u64 interrupt_delay(HartId hart);

private:
    enum class Kind : u8 { StoreConditional, Translation, EarlyTimer, LateInterrupt };
    using Counts = std::array<u64, max_harts>;
    [[nodiscard]] u64 draw(Kind kind, HartId hart, u64 ordinal) const;

    Perturbation often_;
    Counts store_conditionals_{}, translations_{}, interrupts_{};  // by hart
    Counts early_{};  // by hart: the last answer of next_early_timer()
};

}  // namespace stampede
