// The flattened device tree that harts find in a1 at reset (Devicetree specification 0.3), shaped
// as QEMU virt's.
#pragma once
#include <string>
#include <vector>

#include "harts/base/types.h"
#include "harts/devices/bus.h"

namespace stampede {

// `harts`: 1 to max_harts. `memory`: bytes of RAM at ram_base. `bootargs`: what the kernel finds in
// /chosen/bootargs; an empty one leaves the property out. Each device on `bus` describes itself.
// The size depends on the harts and bootargs: about 2 KiB for one, 20 KiB for 64. The same
// arguments give the same bytes.
[[nodiscard]] std::vector<u8> make_device_tree(unsigned harts, u64 memory,
                                               const std::string& bootargs, const Bus& bus);

}  // namespace stampede
