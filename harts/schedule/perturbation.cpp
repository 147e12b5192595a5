#include "harts/schedule/perturbation.h"

#include "harts/schedule/random_numbers.h"

namespace stampede {
namespace {

constexpr u64 stretch = 1024, longest_delay = 256;  // instructions

bool hits(u64 drawn, u32 often) { return drawn % Perturbation::whole < often; }
u64 rest(u64 drawn) { return drawn / Perturbation::whole; }

}  // namespace

u64 Perturbations::draw(Kind kind, HartId hart, u64 ordinal) const {
    u64 state = often_.seed ^ u64 { hart.value } << 56 ^ u64 { static_cast<u8>(kind) } << 48;
    state = splitmix64(state) + ordinal;
    return splitmix64(state);
}

bool Perturbations::fail_store_conditional(HartId hart) {
    const u32 often = often_.failed_store_conditionals;
    return often != 0 &&
           hits(draw(Kind::StoreConditional, hart, store_conditionals_[hart.value]++), often);
}

bool Perturbations::evict_translation(HartId hart) {
    const u32 often = often_.evicted_translations;
    return often != 0 && hits(draw(Kind::Translation, hart, translations_[hart.value]++), often);
}

// A stretch that is hit has one such instruction, at a place of its own.
u64 Perturbations::next_early_timer(HartId hart, u64 executed) {
    if (often_.early_timers == 0) {
        return ~u64{0};
    }
    u64& next = early_[hart.value];
    for (u64 n = executed / stretch; next <= executed; ++n) {
        const u64 drawn = draw(Kind::EarlyTimer, hart, n);
        if (const u64 at = n * stretch + 1 + rest(drawn) % stretch;
            hits(drawn, often_.early_timers) && at > executed) {
            next = at;
        }
    }
    return next;
}

u64 Perturbations::interrupt_delay(HartId hart) {
    const u32 often = often_.late_interrupts;
    const u64 drawn = often == 0 ? 0 : draw(Kind::LateInterrupt, hart, interrupts_[hart.value]++);
    return often != 0 && hits(drawn, often) ? 1 + rest(drawn) % longest_delay : 0;
}

}  // namespace stampede
