// Where the machine's devices stand: QEMU's `virt` board, so that kernels written for it run here.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "harts/devices/board.h"
#include "harts/devices/bus.h"

namespace stampede {

// A line of the map.
struct DeviceLine {
    AddressRange range;
    u32 interrupt = 0;  // its source at the PLIC; 0: none
    std::function<std::unique_ptr<Device>(Board& board, u32 interrupt)> make;
};

namespace virt_map {

inline constexpr AddressRange clint{{0x200'0000}, 0x1'0000};

// The one table. Those that others stand on come first.
[[nodiscard]] std::span<const DeviceLine> lines();

}  // namespace virt_map

// The devices of virt_map::lines() and of `more`, mapped on `bus`, which they must outlive. `board`
// must outlive them.
[[nodiscard]] std::vector<std::unique_ptr<Device>> make_devices(Board& board, Bus& bus,
                                                                std::span<const DeviceLine> more);

}  // namespace stampede
