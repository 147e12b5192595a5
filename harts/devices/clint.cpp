#include "harts/devices/clint.h"

#include <cassert>

namespace stampede {
namespace {

constexpr u64 timer_base = 0x4000;
constexpr u64 time_register = 0xbff8;
constexpr u64 end_of_registers = 0xc000;
constexpr u64 low_half = 0xffff'ffff;

// The `size` bytes of an 8-byte register that start at byte `part` (0 or 4).
u64 read_part(u64 whole, u64 part, unsigned size) {
    return size == 8 ? whole : (whole >> (8 * part)) & low_half;
}

u64 write_part(u64 whole, u64 part, unsigned size, u64 value) {
    if (size == 8) {
        return value;
    }
    return part == 0 ? (whole & ~low_half) | (value & low_half)
                     : (whole & low_half) | (value << 32);
}

bool is_accepted(u64 offset, unsigned size) {
    return offset < end_of_registers && (size == 4 || (size == 8 && offset >= timer_base));
}

}  // namespace

Clint::Clint(unsigned harts, Environment& environment, InterruptLines& lines)
    : harts_(harts), environment_(environment), lines_(lines) {
    assert(harts >= 1 && harts <= max_harts);
}

std::unique_ptr<Device> Clint::make(Board& board, u32) {
    auto clint = std::make_unique<Clint>(board.harts, board.environment, board.lines);
    board.clint = clint.get();
    return clint;
}

u64 Clint::time() const { return time_at(environment_.time()); }

u64 Clint::timer_compare(HartId hart) const {
    return compare_[hart.value].load(std::memory_order_acquire);
}

std::optional<u64> Clint::load(HartId, u64 offset, unsigned size) {
    if (!is_accepted(offset, size)) {
        return std::nullopt;
    }
    if (offset < timer_base) {
        const u64 index = offset / 4;
        const FutexGuard guard(lock_);
        return index < harts_ ? software_[index] : 0;
    }
    const u64 part = offset % 8;
    if (offset >= time_register) {
        return read_part(time(), part, size);
    }
    const u64 index = (offset - timer_base) / 8;
    return index < harts_ ? read_part(timer_compare({static_cast<u32>(index)}), part, size) : 0;
}

bool Clint::store(HartId, u64 offset, unsigned size, u64 value) {
    if (!is_accepted(offset, size)) {
        return false;
    }
    if (offset < timer_base) {
        store_software(offset / 4, value);
    } else if (offset >= time_register) {
        store_time(offset % 8, size, value);
    } else {
        store_compare((offset - timer_base) / 8, offset % 8, size, value);
    }
    return true;
}

void Clint::store_software(u64 index, u64 value) {
    if (index >= harts_) {
        return;
    }
    const FutexGuard guard(lock_);
    software_[index] = value & 1;
    lines_.drive({static_cast<u32>(index)}, Interrupt::MachineSoftware,
                 software_[index] != 0 ? Level::High : Level::Low);
}

void Clint::store_compare(u64 index, u64 part, unsigned size, u64 value) {
    if (index >= harts_) {
        return;
    }
    {
        const FutexGuard guard(lock_);
        // relaxed: writers hold lock_
        const u64 whole = compare_[index].load(std::memory_order_relaxed);
        compare_[index].store(write_part(whole, part, size, value), std::memory_order_release);
    }
    lines_.timer_changed({static_cast<u32>(index)});
}

void Clint::store_time(u64 part, unsigned size, u64 value) {
    {
        const FutexGuard guard(lock_);
        const u64 raw = environment_.time();
        // relaxed: writers hold lock_
        const u64 whole = raw + time_offset_.load(std::memory_order_relaxed);
        time_offset_.store(write_part(whole, part, size, value) - raw, std::memory_order_release);
    }
    tell_all_timers();
}

void Clint::tell_all_timers() {
    for (u32 hart = 0; hart < harts_; ++hart) {
        lines_.timer_changed({hart});
    }
}

DeviceNode Clint::describe() const {
    return {.name = "clint",
            .compatible = {"sifive,clint0", "riscv,clint0"},
            .drives = {Interrupt::MachineSoftware, Interrupt::MachineTimer}};
}

// Of harts that exist: the others' registers never change.
void Clint::save(StateWriter& to) const {
    const FutexGuard guard(lock_);
    for (unsigned hart = 0; hart < harts_; ++hart) {
        to.put(compare_[hart].load(std::memory_order_relaxed));  // relaxed: writers hold lock_
    }
    to.put_all(std::span(software_).first(harts_));
    to.put(time_offset_.load(std::memory_order_relaxed));
}

void Clint::restore(StateReader& from) {
    ClintState all;
    from.take_all(std::span(all.compare).first(harts_));
    from.take_all(std::span(all.software).first(harts_));
    from.take(all.time_offset);
    set_state(all);
}

ClintState Clint::state() const {
    const FutexGuard guard(lock_);
    ClintState all;
    all.software = software_;
    for (unsigned hart = 0; hart < max_harts; ++hart) {
        // relaxed: writers hold lock_
        all.compare[hart] = compare_[hart].load(std::memory_order_relaxed);
    }
    all.time_offset = time_offset_.load(std::memory_order_relaxed);
    return all;
}

void Clint::set_state(const ClintState& all) {
    {
        const FutexGuard guard(lock_);
        software_ = all.software;
        for (u32 hart = 0; hart < max_harts; ++hart) {
            compare_[hart].store(all.compare[hart], std::memory_order_release);
        }
        time_offset_.store(all.time_offset, std::memory_order_release);
        for (u32 hart = 0; hart < harts_; ++hart) {
            lines_.drive({hart}, Interrupt::MachineSoftware,
                         software_[hart] != 0 ? Level::High : Level::Low);
        }
    }
    tell_all_timers();
}

}  // namespace stampede
