// A driver of a virtio disk, for tests: as much of one as a guest's is, and as wrong as a test
// wants it. Its queue lies at the beginning of RAM, its buffers behind.
#pragma once
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "harts/devices/bus.h"
#include "harts/devices/test_doubles.h"
#include "harts/devices/virtio/disk.h"

namespace stampede {

class VirtioDriver {
public:
    // Registers and bits of virtio 1.2, 4.2.2, 4.2.4, 2.7.5 and 5.2.6.
    static constexpr u64 base = 0x1000'1000, notify_register = base + 0x50,
                         ack_register = base + 0x64;
    static constexpr u16 next = 1, write = 2, indirect = 4;
    static constexpr u32 in = 0, out = 1, flush = 4, get_id = 8;
    static constexpr u8 ok = 0, io_error = 1, unsupported = 2, untouched = 0xff;
    static constexpr u64 queue = TestMemory::base, header = queue + 0x3000, status = queue + 0x3100,
                         data = queue + 0x4000;
    struct Descriptor {
        u64 address;
        u32 length;
        u16 flags, next;
    };
    struct Places {
        u64 descriptors, available, used;
    };

    VirtioDriver(Bus& bus, DeviceMemory& memory, VirtioVersion version)
        : bus(bus), memory(memory), version(version) {}

    u32 get(u64 offset) const {
        return static_cast<u32>(bus.load(hart_0, {base + offset}, 4).value());
    }
    void set(u64 offset, u64 value) const {
        EXPECT_TRUE(bus.store(hart_0, {base + offset}, 4, value));
    }
    template <class T>
    T load(u64 at) const {
        std::array<u8, sizeof(T)> bytes{};
        EXPECT_TRUE(memory.load({at}, bytes));
        return std::bit_cast<T>(bytes);
    }
    template <class T>
    void store(u64 at, const T& value) const {
        EXPECT_TRUE(memory.store(hart_0, {at}, std::bit_cast<std::array<u8, sizeof(T)>>(value)));
    }

    // Resets the device and gives it a queue of `entries`.
    void start(u32 entries = 8) {
        start(entries, {queue, queue + 16 * u64{entries},
                        queue + (18 * u64{entries} + 6 + 4095) / 4096 * 4096});
    }
    // … that lies there; where a legacy one lies follows from its beginning.
    void start(u32 entries, const Places& at) {
        places = at;
        size = entries;
        made_available = 0;
        for (const u32 value : {0, 1, 3, 11}) {
            set(0x70, value);
        }
        set(0x30, 0);
        set(0x38, entries);
        if (version == VirtioVersion::Legacy) {
            set(0x28, 4096);
            set(0x3c, 4096);
            set(0x40, at.descriptors / 4096);
        } else {
            for (const auto& [offset, area] :
                 {std::pair{0x80, at.descriptors}, {0x90, at.available}, {0xa0, at.used}}) {
                set(static_cast<u64>(offset), area & 0xffff'ffff);
                set(static_cast<u64>(offset) + 4, area >> 32);
            }
            set(0x44, 1);
        }
        set(0x70, 15);
    }
    void put(u16 n, const Descriptor& descriptor) const {
        store(places.descriptors + 16 * u64{n}, descriptor);
    }
    void make_available(u16 head) {
        store(places.available + 4 + 2 * (made_available % size), head);
        store(places.available + 2, ++made_available);
    }
    void notify() const { set(0x50, 0); }
    void request(const std::vector<Descriptor>& chain) {
        for (u16 n = 0; n < chain.size(); ++n) {
            put(n, chain[n]);
        }
        make_available(0);
    }

    // A request in three descriptors, as most drivers have it; `length` bytes at `data`.
    void prepare(u32 type, u64 sector, u32 length, u16 direction) {
        store(header, std::array<u64, 2>{type, sector});
        store(status, untouched);
        if (length == 0) {
            request({{header, 16, next, 1}, {status, 1, write, 0}});
        } else {
            request({{header, 16, next, 1},
                     {data, length, static_cast<u16>(next | direction), 2},
                     {status, 1, write, 0}});
        }
    }
    u8 ask(u32 type, u64 sector, u32 length, u16 direction) {
        prepare(type, sector, length, direction);
        notify();
        return load<u8>(status);
    }
    u8 read(u64 sector, u32 length) { return ask(in, sector, length, write); }
    u8 write_to(u64 sector, u32 length) { return ask(out, sector, length, 0); }

    u16 used() const { return load<u16>(places.used + 2); }
    std::pair<u32, u32> used_entry(u16 n) const {
        const u64 at = places.used + 4 + 8 * (n % size);
        return {load<u32>(at), load<u32>(at + 4)};
    }
    bool needs_reset() const { return (get(0x70) & 64) != 0; }

    Bus& bus;
    DeviceMemory& memory;
    const VirtioVersion version;
    Places places{};
    u32 size = 0;
    u16 made_available = 0;
};

// Sectors of which each byte tells where it is.
inline FileBytes numbered_image(u64 bytes) {
    std::vector<std::byte> image(bytes);
    for (u64 n = 0; n < bytes; ++n) {
        image[n] = static_cast<std::byte>(n % 512 == 0 ? 0x80 + n / 512 : n);
    }
    return FileBytes::copy_of(image);
}

}  // namespace stampede
