// A memory-mapped device, and how it reaches the harts.
#pragma once
#include <optional>
#include <string_view>

#include "harts/base/types.h"

namespace stampede {

// Accesses come on hart threads, several at once, and from the harness; every device locks itself (FutexLock).
class Device {
public:
    virtual ~Device() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;

    // `offset` within the device, `size` 1, 2, 4 or 8 bytes, naturally aligned. No value: an access fault.
    [[nodiscard]] virtual std::optional<u64> load(HartId from, u64 offset, unsigned size) = 0;

    // False: an access fault.
    [[nodiscard]] virtual bool store(HartId from, u64 offset, unsigned size, u64 value) = 0;

    // Mixes all state that a guest can see into `hash` (FNV-style: hash = mix(hash, word)). Harts parked.
    [[nodiscard]] virtual u64 hash(u64 seed) const = 0;
};

// mip bits that devices drive (privileged specification 3.1.9).
enum class Interrupt : u8 { SupervisorSoftware = 1, MachineSoftware = 3, SupervisorTimer = 5, MachineTimer = 7,
                            SupervisorExternal = 9, MachineExternal = 11 };

enum class Level : u8 { Low, High };

// Implemented by the harts. Any thread.
class InterruptLines {
public:
    virtual ~InterruptLines() = default;

    // Drives one line of one hart to `level`; a waiting hart wakes.
    virtual void drive(HartId hart, Interrupt line, Level level) = 0;

    // A timer compare value of this hart has changed: it looks again at the clock before its next slice.
    virtual void timer_changed(HartId hart) = 0;
};

constexpr u64 mix_hash(u64 hash, u64 word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
    return hash ^ (hash >> 29);
}

}  // namespace stampede
