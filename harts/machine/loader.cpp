#include "harts/machine/loader.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/machine/device_tree.h"

namespace stampede {
namespace {

Result<void> load_segment(Ram& ram, const ElfImage& kernel, const ElfSegment& segment,
                          PhysAddr limit) {
    const u64 end = segment.physical + segment.memory_size;
    const bool fits =
        end >= segment.physical && ram.contains({segment.physical}, segment.memory_size);
    if (!fits) {
        return error(
            fmt::format("{}: the segment at {:#x} takes {} bytes in memory; the machine's RAM is "
                        "{:#x} to {:#x} ({} MiB)",
                        kernel.name(), segment.physical, segment.memory_size, ram_base.value,
                        ram_base.value + ram.size(), ram.size() >> 20));
    }
    if (end > limit.value) {
        return error(
            fmt::format("{}: the segment at {:#x} ends at {:#x} and leaves no room for the device "
                        "tree at {:#x}; "
                        "give the machine more than {} MiB",
                        kernel.name(), segment.physical, end, limit.value, ram.size() >> 20));
    }
    ram.copy_in({segment.physical},
                {reinterpret_cast<const u8*>(segment.bytes.data()), segment.bytes.size()});
    return {};
}

}  // namespace

Result<Loaded> load_kernel(Ram& ram, const ElfImage& kernel, unsigned harts,
                           const std::string& bootargs, const Bus& bus) {
    constexpr u64 alignment = u64{64} << 10;
    const std::vector<u8> tree = make_device_tree(harts, ram.size(), bootargs, bus);
    const u64 tree_size = (tree.size() + alignment - 1) / alignment * alignment;
    if (tree_size >= ram.size()) {
        return error(fmt::format(
            "boot arguments of {} bytes: the device tree does not fit into {} MiB of memory",
            bootargs.size(), ram.size() >> 20));
    }
    // Below 3 GiB as on QEMU: early code reaches it by a simple map, however much memory there is.
    constexpr u64 highest = u64{3} << 30;
    const PhysAddr tree_at{std::min(ram_base.value + ram.size(), highest) - tree_size};
    for (const ElfSegment& segment : kernel.segments()) {
        if (auto loaded = load_segment(ram, kernel, segment, tree_at); !loaded) {
            return std::unexpected(loaded.error());
        }
    }
    if (!ram.contains({kernel.entry()}, 2)) {
        return error(fmt::format(
            "{}: its entry {:#x} lies outside the machine's RAM, {:#x} to {:#x}", kernel.name(),
            kernel.entry(), ram_base.value, ram_base.value + ram.size()));
    }
    ram.copy_in(tree_at, tree);
    return Loaded{kernel.entry(), tree_at};
}

}  // namespace stampede
