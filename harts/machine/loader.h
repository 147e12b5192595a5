// Puts a kernel and a device tree into a machine's RAM, as QEMU's `-bios none -kernel` does.
#pragma once
#include <string>

#include "harts/base/error.h"
#include "harts/devices/bus.h"
#include "harts/image/elf_image.h"
#include "harts/memory/ram.h"

namespace stampede {

struct Loaded {
    u64 entry = 0;         // physical
    PhysAddr device_tree;  // a1 at reset
};

// RAM must be as created (zero); the device tree is of the devices on `bus`. Error: a segment that
// lies outside RAM or runs into the device tree, an entry outside RAM.
[[nodiscard]] Result<Loaded> load_kernel(Ram& ram, const ElfImage& kernel, unsigned harts,
                                         const std::string& bootargs, const Bus& bus);

}  // namespace stampede
