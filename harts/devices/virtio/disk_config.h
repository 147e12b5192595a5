// Which disks a machine has.
#pragma once
#include <vector>

#include "harts/base/types.h"
#include "harts/image/file_bytes.h"

namespace stampede {

// Of virtio-mmio (virtio 1.2, 4.2): what its version register reads, and so which registers it has.
// Drivers mostly know one, and give up on the other.
enum class VirtioVersion : u32 {
    Legacy = 1,  // QEMU's default
    Modern = 2,  // … with -global virtio-mmio.force-legacy=false
};

struct DiskConfig {
    enum class Access : u8 { ReadOnly, ReadWrite };
    FileBytes image;  // what stands on it at first
    Access access = Access::ReadWrite;
    // Ticks from the driver's notification until its requests are done; 0: within the instruction
    // that notifies. Either repeats where the machine's time does.
    u64 latency = 0;
};

struct VirtioConfig {
    static constexpr unsigned slots = 8;  // virtio-mmio-bus.0 to .7 of QEMU's virt

    VirtioVersion version = VirtioVersion::Legacy;  // of all slots
    std::vector<DiskConfig> disks = {};             // in the slots from the first on
};

}  // namespace stampede
