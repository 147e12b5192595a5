// A memory-mapped device: a file pair, and a line of the map (virt_map.cpp). Nobody else names it:
// by what stands here it is on the bus, in the device tree, saved and restored by snapshots, part
// of the state hash, and woken when its time comes.
#pragma once
#include <limits>
#include <optional>
#include <string_view>

#include "harts/base/types.h"
#include "harts/devices/device_node.h"
#include "harts/devices/device_state.h"

namespace stampede {

// Accesses come on hart threads, several at once, and from the harness; every device locks itself
// (FutexLock).
class Device {
public:
    static constexpr u64 never = std::numeric_limits<u64>::max();

    virtual ~Device() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;

    // `offset` within the device, `size` 1, 2, 4 or 8 bytes, naturally aligned. No value: an access
    // fault.
    [[nodiscard]] virtual std::optional<u64> load(HartId from, u64 offset, unsigned size) = 0;

    // False: an access fault.
    [[nodiscard]] virtual bool store(HartId from, u64 offset, unsigned size, u64 value) = 0;

    // All state that a guest can see, but for its line at the interrupt controller, which is the
    // controller's. States that no guest can tell apart are best the same bytes. Harts parked.
    virtual void save(StateWriter& to) const = 0;

    // Back to what save() wrote. Drives its lines of harts, never the one at the interrupt
    // controller. Harts parked.
    virtual void restore(StateReader& from) = 0;

    // One without a name: it is not in the device tree.
    [[nodiscard]] virtual DeviceNode describe() const = 0;

    // Environment::time() at which something happens in it that no access asks for: tick() is
    // called no earlier, and no instruction later where time follows from instructions. Whoever
    // changes it calls Board::deadline_changed() afterwards. Any thread, takes no lock.
    [[nodiscard]] virtual u64 deadline() const { return never; }

    // The deadline has passed; from now on there is none or a later one than `now`. On the thread
    // of hart `by`, between instructions; maybe on several at once.
    virtual void tick([[maybe_unused]] HartId by, [[maybe_unused]] u64 now) {}

    // Of what save() writes. Harts parked.
    [[nodiscard]] u64 hash(u64 seed) const {
        StateWriter state;
        save(state);
        return mix_hash(seed, state.bytes());
    }
};

// mip bits that devices drive (privileged specification 3.1.9).
enum class Interrupt : u8 {
    SupervisorSoftware = 1,
    MachineSoftware = 3,
    SupervisorTimer = 5,
    MachineTimer = 7,
    SupervisorExternal = 9,
    MachineExternal = 11
};

enum class Level : u8 { Low, High };

// Implemented by the harts. Any thread.
class InterruptLines {
public:
    virtual ~InterruptLines() = default;

    // Drives one line of one hart to `level`; a waiting hart wakes.
    virtual void drive(HartId hart, Interrupt line, Level level) = 0;

    // A timer compare value of this hart has changed: it looks again at the clock before its next
    // slice.
    virtual void timer_changed(HartId hart) = 0;
};

}  // namespace stampede
