// What a device stands on: its ways to everything outside itself. The machine makes one and hands
// it to each device's maker.
#pragma once
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "harts/base/environment.h"
#include "harts/devices/device.h"
#include "harts/devices/virtio/disk_config.h"

namespace stampede {

class Clint;
class Disk;
class Plic;
struct Finish;

// RAM as a device reaches it.
class DeviceMemory {
public:
    virtual ~DeviceMemory() = default;

    // Stores as any store of a hart: reservations break, decoded code is forgotten, a snapshot
    // takes it back. In ascending order; aligned words of 8 bytes are seen whole. False: not all of
    // it is RAM, and nothing is stored. On the thread of hart `by` (the one that accesses the
    // device, or tick()'s), with no lock of a device held: it may have to wait until other harts
    // have come to the end of an instruction.
    [[nodiscard]] virtual bool store(HartId by, PhysAddr to, std::span<const u8> bytes) = 0;

    // False: not all of it is RAM, and `bytes` stay as they are. Aligned words of 8 bytes are seen
    // whole, and what one call loads is no newer than what the same thread's later ones do. Any
    // thread.
    [[nodiscard]] virtual bool load(PhysAddr from, std::span<u8> bytes) const = 0;

    // Whether all of it is RAM; never changes. Any thread.
    [[nodiscard]] virtual bool contains(PhysAddr at, u64 size) const = 0;
};

// Lives as long as the devices.
struct Board {
    const unsigned harts;
    Environment& environment;  // time, console input
    InterruptLines& lines;     // of the harts
    DeviceMemory& memory;
    const u64 epoch;  // nanoseconds since 1970 when Environment::time() was 0

    // A byte for the console; must not come back to a device.
    const std::function<void(u8)> console_output;
    // The guest ends the machine. On that hart's thread, no lock held.
    const std::function<void(HartId, const Finish&)> finish;
    // A device's deadline() is another. Any thread, no device's lock held.
    const std::function<void()> deadline_changed;
    // The guest has asked a device for what no driver may ask: one sentence of what was found and
    // what was expected. It is the guest's fault, and the device has coped. On that hart's thread,
    // no device's lock held.
    const std::function<void(HartId, std::string_view device, std::string_view misuse)> misused;
    const VirtioConfig virtio = {};

    // Set by the makers of those that others need.
    Clint* clint = nullptr;
    Plic* plic = nullptr;
    std::vector<const Disk*> disks = {};  // of `virtio.disks`, in their order
    std::function<void()> input_ready;    // the environment may have console input; any thread
};

}  // namespace stampede
