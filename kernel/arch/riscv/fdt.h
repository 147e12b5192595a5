// The device tree (Devicetree Specification 0.4, chapter 5 "Flattened Devicetree Format"), as much
// as booting needs.
#pragma once
#include <cstddef>
#include <cstdint>

namespace kernel::arch {

struct MachineDescription {
    unsigned cpus = 0;  // nodes /cpus/cpu@…
    std::uint64_t memory_begin = 0;
    std::uint64_t memory_bytes = 0;
    const char* boot_arguments = "";  // /chosen/bootargs: points into the tree
};

// Panics with what is wrong when `tree` is no device tree, or says nothing of memory or harts.
MachineDescription read_device_tree(const std::byte* tree);

}  // namespace kernel::arch
