// All devices of a machine: finds the one behind a physical address that is not RAM, and does with
// each what is done with all.
#pragma once
#include <atomic>
#include <optional>
#include <span>
#include <vector>

#include "harts/base/futex.h"
#include "harts/devices/device.h"

namespace stampede {

struct AddressRange {
    PhysAddr base;
    u64 size;  // bytes
};

// Loads, stores and hashes need no lock of the bus: the map does not change once the machine runs.
class Bus {
public:
    struct Mapping {
        AddressRange range;
        Device* device;
        u32 interrupt;  // its source at the interrupt controller; 0: none
    };

    // `device` answers in `range` and must outlive the bus. Ranges must not overlap. Before the
    // machine runs.
    void map(AddressRange range, Device& device, u32 interrupt = 0);
    // In the order of their mapping.
    [[nodiscard]] std::span<const Mapping> mappings() const { return mappings_; }

    // `size` 1, 2, 4 or 8 bytes. No value or false: an access fault, for there is no device, or it
    // refuses this offset or size. Misaligned accesses do as QEMU 7.2 does: a load is the two
    // aligned loads around it, merged (side effects of both included); a store is single bytes. Any
    // thread.
    [[nodiscard]] std::optional<u64> load(HartId from, PhysAddr address, unsigned size);
    [[nodiscard]] bool store(HartId from, PhysAddr address, unsigned size, u64 value);

    // The device at this address, or null. Any thread.
    [[nodiscard]] const Device* device_at(PhysAddr address) const;

    // --- all devices' state, in the order of their mapping; harts parked -------------------------
    using SavedDevices = std::vector<std::vector<u8>>;
    [[nodiscard]] SavedDevices save() const;
    // Devices that are in the saved state already are left alone: restoring one drives lines.
    void restore(const SavedDevices& saved);
    [[nodiscard]] u64 hash(u64 seed) const;

    // --- time ------------------------------------------------------------------------------------
    // The earliest deadline() of a device, Environment::time(). Any thread, takes no lock.
    [[nodiscard]] u64 deadline() const { return deadline_.load(std::memory_order_acquire); }
    // A device's is another. Any thread, no device's lock held.
    void deadline_changed();
    // Those whose deadline has passed hear of it. On the thread of hart `by`, between instructions.
    void tick(HartId by, u64 now);

private:
    [[nodiscard]] const Mapping* find(PhysAddr address, u64 size) const;
    [[nodiscard]] std::optional<u64> load_misaligned(HartId from, PhysAddr address, unsigned size);
    [[nodiscard]] bool store_bytes(HartId from, PhysAddr address, unsigned size, u64 value);

    std::vector<Mapping> mappings_;
    StateWriter now_;          // what restore() compares; kept for its room
    FutexLock deadline_lock_;  // of two that change a deadline, the later one sees both
    // Written under deadline_lock_, read by every hart. release/acquire: whoever sees a deadline
    // finds the device that has it.
    std::atomic<u64> deadline_{Device::never};
};

}  // namespace stampede
