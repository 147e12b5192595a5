// Finds the device behind a physical address that is not RAM.
#pragma once
#include <optional>
#include <vector>

#include "harts/devices/device.h"
#include "harts/devices/virt_map.h"

namespace stampede {

// Loads, stores and hashes need no lock of the bus: the map does not change once the machine runs.
class Bus {
public:
    // `device` answers in `range` and must outlive the bus. Ranges must not overlap. Before the machine runs.
    void map(AddressRange range, Device& device);

    // `size` 1, 2, 4 or 8 bytes. No value or false: an access fault, for there is no device, or it refuses this
    // offset or size. Misaligned accesses do as QEMU 7.2 does: a load is the two aligned loads around it, merged
    // (side effects of both included); a store is single bytes. Any thread.
    [[nodiscard]] std::optional<u64> load(HartId from, PhysAddr address, unsigned size);
    [[nodiscard]] bool store(HartId from, PhysAddr address, unsigned size, u64 value);

    // The device at this address, or null. Any thread.
    [[nodiscard]] const Device* device_at(PhysAddr address) const;

    // All devices' state in the order of their mapping. Harts parked.
    [[nodiscard]] u64 hash(u64 seed) const;

private:
    struct Mapping {
        AddressRange range;
        Device* device;
    };

    [[nodiscard]] const Mapping* find(PhysAddr address, u64 size) const;
    [[nodiscard]] std::optional<u64> load_misaligned(HartId from, PhysAddr address, unsigned size);
    [[nodiscard]] bool store_bytes(HartId from, PhysAddr address, unsigned size, u64 value);

    std::vector<Mapping> mappings_;
};

}  // namespace stampede
