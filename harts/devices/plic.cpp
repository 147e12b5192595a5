#include "harts/devices/plic.h"

#include <cassert>

namespace stampede {
namespace {

constexpr u32 highest_priority = 7;
constexpr u64 pending_base = 0x1000;
constexpr u64 enable_base = 0x2000;
constexpr u64 enable_stride = 0x80;
constexpr u64 context_base = 0x20'0000;
constexpr u64 context_stride = 0x1000;
constexpr u64 threshold_offset = 0;
constexpr u64 claim_offset = 4;

bool test(const PlicBits& bits, u32 source) {
    return (bits[source / 32] >> (source % 32) & 1) != 0;
}
void set(PlicBits& bits, u32 source) { bits[source / 32] |= u32{1} << (source % 32); }
void clear(PlicBits& bits, u32 source) { bits[source / 32] &= ~(u32{1} << (source % 32)); }

}  // namespace

Plic::Plic(unsigned harts, InterruptLines& lines) : harts_(harts), lines_(lines) {
    assert(harts >= 1 && harts <= max_harts);
}

std::unique_ptr<Device> Plic::make(Board& board, u32) {
    auto plic = std::make_unique<Plic>(board.harts, board.lines);
    board.plic = plic.get();
    return plic;
}

DeviceNode Plic::describe() const {
    return {.name = "plic",
            .compatible = {"sifive,plic-1.0.0", "riscv,plic0"},
            .properties = {{"#address-cells", std::vector<u32>{0}},
                           {"riscv,ndev", std::vector<u32>{plic_sources - 1}}},
            .drives = {Interrupt::MachineExternal, Interrupt::SupervisorExternal},
            .role = DeviceNode::Role::InterruptController};
}

void Plic::set_level(u32 source, Level level) {
    assert(source > 0 && source < plic_sources);
    const FutexGuard guard(lock_);
    if (level == Level::Low) {
        clear(state_.level, source);  // what is pending stays so until it is claimed
        return;
    }
    set(state_.level, source);
    forward_locked(source);
}

void Plic::pulse(u32 source) {
    assert(source > 0 && source < plic_sources);
    const FutexGuard guard(lock_);
    set(state_.pending, source);  // best_locked() leaves it out as long as the source is served
    drive_locked(Redrive::Changed);
}

void Plic::forward_locked(u32 source) {
    if (test(state_.level, source) && !test(state_.claimed, source) &&
        !test(state_.pending, source)) {
        set(state_.pending, source);
        drive_locked(Redrive::Changed);
    }
}

u32 Plic::best_locked(u32 context) const {
    u32 best = 0;
    u32 best_priority = state_.threshold[context];
    for (u32 word = 0; word < state_.pending.size(); ++word) {
        u32 candidates =
            state_.pending[word] & ~state_.claimed[word] & state_.enable[context][word];
        for (; candidates != 0; candidates &= candidates - 1) {
            const u32 source = 32 * word + static_cast<u32>(__builtin_ctz(candidates));
            if (state_.priority[source] > best_priority) {
                best = source;
                best_priority = state_.priority[source];
            }
        }
    }
    return best;
}

void Plic::drive_locked(Redrive which) {
    for (u32 context = 0; context < contexts(); ++context) {
        const Level level = best_locked(context) != 0 ? Level::High : Level::Low;
        if (which == Redrive::Changed && driven_[context] == level) {
            continue;
        }
        driven_[context] = level;
        lines_.drive({context / 2},
                     context % 2 == 0 ? Interrupt::MachineExternal : Interrupt::SupervisorExternal,
                     level);
    }
}

u32 Plic::claim_locked(u32 context) {
    const u32 source = best_locked(context);
    if (source != 0) {
        clear(state_.pending, source);
        set(state_.claimed, source);
        drive_locked(Redrive::Changed);
    }
    return source;
}

void Plic::complete_locked(u32 source) {
    if (source == 0 || source >= plic_sources || !test(state_.claimed, source)) {
        return;
    }
    clear(state_.claimed, source);
    forward_locked(source);
    drive_locked(Redrive::Changed);  // for a pulse that came meanwhile
}

u32 Plic::load_context_locked(u32 context, u64 offset) {
    switch (offset) {
    case threshold_offset: return state_.threshold[context];
    case claim_offset: return claim_locked(context);
    default: return 0;
    }
}

void Plic::store_context_locked(u32 context, u64 offset, u32 value) {
    if (offset == threshold_offset) {
        state_.threshold[context] = value & highest_priority;
        drive_locked(Redrive::Changed);
    } else if (offset == claim_offset) {
        complete_locked(value);
    }
}

std::optional<u64> Plic::load(HartId, u64 offset, unsigned size) {
    if (size != 4) {
        return std::nullopt;
    }
    const FutexGuard guard(lock_);
    if (offset < pending_base) {
        return offset / 4 < plic_sources ? state_.priority[offset / 4] : 0;
    }
    if (offset < enable_base) {
        const u64 word = (offset - pending_base) / 4;
        return word < state_.pending.size() ? state_.pending[word] : 0;
    }
    if (offset < context_base) {
        const u64 context = (offset - enable_base) / enable_stride;
        const u64 word = (offset - enable_base) % enable_stride / 4;
        return context < contexts() && word < state_.pending.size() ? state_.enable[context][word]
                                                                    : 0;
    }
    const u64 context = (offset - context_base) / context_stride;
    return context < contexts()
               ? load_context_locked(static_cast<u32>(context), offset % context_stride)
               : 0;
}

bool Plic::store(HartId, u64 offset, unsigned size, u64 value) {
    if (size != 4) {
        return false;
    }
    const FutexGuard guard(lock_);
    if (offset < pending_base) {
        const u64 source = offset / 4;
        if (source > 0 && source < plic_sources) {
            state_.priority[source] = value & highest_priority;
            drive_locked(Redrive::Changed);
        }
    } else if (offset < enable_base) {
        // Pending bits are read-only.
    } else if (offset < context_base) {
        const u64 context = (offset - enable_base) / enable_stride;
        const u64 word = (offset - enable_base) % enable_stride / 4;
        if (context < contexts() && word < state_.pending.size()) {
            state_.enable[context][word] =
                static_cast<u32>(value) & (word == 0 ? ~u32{1} : ~u32{0});
            drive_locked(Redrive::Changed);
        }
    } else if (const u64 context = (offset - context_base) / context_stride; context < contexts()) {
        store_context_locked(static_cast<u32>(context), offset % context_stride,
                             static_cast<u32>(value));
    }
    return true;
}

// Of contexts that exist: the others' registers never change.
void Plic::save(StateWriter& to) const {
    const FutexGuard guard(lock_);
    to.put(state_.priority);
    to.put(state_.level);
    to.put(state_.pending);
    to.put(state_.claimed);
    to.put_all(std::span(state_.enable).first(contexts()));
    to.put_all(std::span(state_.threshold).first(contexts()));
}

void Plic::restore(StateReader& from) {
    PlicState all;
    from.take(all.priority);
    from.take(all.level);
    from.take(all.pending);
    from.take(all.claimed);
    from.take_all(std::span(all.enable).first(contexts()));
    from.take_all(std::span(all.threshold).first(contexts()));
    set_state(all);
}

PlicState Plic::state() const {
    const FutexGuard guard(lock_);
    return state_;
}

void Plic::set_state(const PlicState& state) {
    const FutexGuard guard(lock_);
    state_ = state;
    drive_locked(Redrive::All);
}

}  // namespace stampede
