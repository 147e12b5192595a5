// A split virtqueue from the device's side (virtio 1.2, 2.7): what the driver has made available is
// taken, and given back as used.
//
// Nothing that stands in the guest's RAM is believed. What cannot be followed is an error, one
// sentence of what was found and what was expected; it is the driver's, and the queue is not to be
// served any further.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "harts/base/error.h"
#include "harts/devices/board.h"

namespace stampede {

inline constexpr u32 longest_virtqueue = 1024;  // entries; what QEMU offers

struct GuestBuffer {
    PhysAddr at;  // all of it is RAM
    u32 size;     // bytes, at least one
};

// What one chain of descriptors says (2.7.5).
struct DescriptorChain {
    u16 head = 0;
    std::vector<GuestBuffer> readable, writable;  // by the device; in this order
};

// Bytes in all.
[[nodiscard]] u64 size_of(std::span<const GuestBuffer> buffers);
// Buffers one behind the other, from their byte `offset` on; they have that many. Store: on the
// thread of hart `by`, no lock of a device held.
void load_from(const DeviceMemory& memory, std::span<const GuestBuffer> buffers, u64 offset,
               std::span<u8> bytes);
void store_to(HartId by, DeviceMemory& memory, std::span<const GuestBuffer> buffers, u64 offset,
              std::span<const u8> bytes);

struct Virtqueue {
    u32 size = 0;  // entries
    // physical addresses of its three areas
    u64 descriptors = 0, available = 0, used = 0;
    // the next entry of the available ring and of the used one; they wrap at 65,536, not at `size`
    u16 next_available = 0, next_used = 0;

    // The areas one behind the other, as legacy drivers lay them out (2.7.2). Error: `align`, in
    // bytes, is none.
    [[nodiscard]] Result<void> lay_out(u64 base, u64 align);

    // Whether size and areas are as 2.6 and 2.7 want them.
    [[nodiscard]] Result<void> check(const DeviceMemory& memory) const;
    // Of a queue that is as it should be, all that follow. The next chain that is available, if one
    // is.
    [[nodiscard]] Result<std::optional<DescriptorChain>> take(const DeviceMemory& memory);
    // The chain from `head` is used; the device has written `written` bytes of it. On the thread of
    // hart `by`, no lock of a device held.
    void give_back(HartId by, DeviceMemory& memory, u16 head, u32 written);
    // Whether the driver wants to hear of used buffers now (2.7.7).
    [[nodiscard]] bool wants_interrupts(const DeviceMemory& memory) const;

private:
    [[nodiscard]] Result<DescriptorChain> follow(const DeviceMemory& memory, u16 head) const;
};

}  // namespace stampede
