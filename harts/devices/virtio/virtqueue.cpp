#include "harts/devices/virtio/virtqueue.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cassert>

namespace stampede {
namespace {

// 2.7.5; what stands in RAM is little-endian, as the host is.
struct Descriptor {
    u64 address;
    u32 length;
    u16 flags, next;
};
constexpr u16 has_next = 1, is_writable = 2, is_indirect = 4;
constexpr u16 no_interrupt = 1;  // in the available ring's flags, 2.7.6

// The rings: flags, index, then entries, then one word that stays unused without EVENT_IDX (2.7.6,
// 2.7.8).
constexpr u64 ring_index = 2, ring_entries = 4;
constexpr u64 available_entry = sizeof(u16);
struct UsedEntry {
    u32 head, written;
};
constexpr u64 available_size(u64 size) { return ring_entries + available_entry * size + 2; }
constexpr u64 used_size(u64 size) { return ring_entries + sizeof(UsedEntry) * size + 2; }

// `at` is in RAM: RAM stays where it is.
template <class T>
T load(const DeviceMemory& memory, u64 at) {
    std::array<u8, sizeof(T)> bytes{};
    [[maybe_unused]] const bool loaded = memory.load({at}, bytes);
    assert(loaded);
    return std::bit_cast<T>(bytes);
}

template <class T>
void store(HartId by, DeviceMemory& memory, u64 at, const T& value) {
    [[maybe_unused]] const bool stored =
        memory.store(by, {at}, std::bit_cast<std::array<u8, sizeof(T)>>(value));
    assert(stored);
}

Result<void> check_area(const DeviceMemory& memory, const char* name, u64 at, u64 size, u64 align) {
    if (at % align != 0) {
        return error(fmt::format(
            "the {} of the virtqueue is at {:#x}: a multiple of {} is expected", name, at, align));
    }
    if (!memory.contains({at}, size)) {
        return error(fmt::format("the {} of the virtqueue is {} bytes at {:#x}: RAM is expected",
                                 name, size, at));
    }
    return {};
}

// Calls `on` for each piece that `size` bytes from `offset` on have in `buffers`.
template <class On>
void in_pieces(std::span<const GuestBuffer> buffers, u64 offset, u64 size, On&& on) {
    u64 done = 0;
    for (const GuestBuffer& buffer : buffers) {
        if (offset >= buffer.size) {
            offset -= buffer.size;
            continue;
        }
        const u64 piece = std::min<u64>(buffer.size - offset, size - done);
        if (piece == 0) {
            return;
        }
        on(buffer.at + offset, done, piece);
        done += piece;
        offset = 0;
    }
    assert(done == size);
}

}  // namespace

u64 size_of(std::span<const GuestBuffer> buffers) {
    u64 sum = 0;
    for (const GuestBuffer& buffer : buffers) {
        sum += buffer.size;
    }
    return sum;
}

void load_from(const DeviceMemory& memory, std::span<const GuestBuffer> buffers, u64 offset,
               std::span<u8> bytes) {
    in_pieces(buffers, offset, bytes.size(), [&](PhysAddr at, u64 done, u64 size) {
        [[maybe_unused]] const bool loaded = memory.load(at, bytes.subspan(done, size));
        assert(loaded);
    });
}

void store_to(HartId by, DeviceMemory& memory, std::span<const GuestBuffer> buffers, u64 offset,
              std::span<const u8> bytes) {
    in_pieces(buffers, offset, bytes.size(), [&](PhysAddr at, u64 done, u64 size) {
        [[maybe_unused]] const bool stored = memory.store(by, at, bytes.subspan(done, size));
        assert(stored);
    });
}

Result<void> Virtqueue::lay_out(u64 base, u64 align) {
    if (!std::has_single_bit(align)) {
        return error(
            fmt::format("the virtqueue is aligned to {} bytes: a power of two is expected", align));
    }
    descriptors = base;
    available = base + sizeof(Descriptor) * size;
    used = (available + available_size(size) + align - 1) / align * align;
    return {};
}

Result<void> Virtqueue::check(const DeviceMemory& memory) const {
    if (!std::has_single_bit(size) || size > longest_virtqueue) {
        return error(
            fmt::format("the virtqueue has {} entries: a power of two up to {} is expected", size,
                        longest_virtqueue));
    }
    const struct {
        const char* name;
        u64 at, size, align;
    } areas[] = {{"descriptor table", descriptors, sizeof(Descriptor) * size, 16},
                 {"available ring", available, available_size(size), 2},
                 {"used ring", used, used_size(size), 4}};
    for (const auto& [name, at, bytes, align] : areas) {
        if (const Result<void> sound = check_area(memory, name, at, bytes, align); !sound) {
            return sound;
        }
    }
    return {};
}

Result<std::optional<DescriptorChain>> Virtqueue::take(const DeviceMemory& memory) {
    const u16 index = load<u16>(memory, available + ring_index);
    const u16 waiting = static_cast<u16>(index - next_available);
    if (waiting == 0) {
        return std::nullopt;
    }
    if (waiting > size) {
        return error(fmt::format(
            "the available ring's index is {} behind {} entries taken: at most {} more, "
            "as many as the virtqueue has, are expected",
            index, next_available, size));
    }
    const u16 head =
        load<u16>(memory, available + ring_entries + available_entry * (next_available % size));
    ++next_available;
    return follow(memory, head);
}

Result<DescriptorChain> Virtqueue::follow(const DeviceMemory& memory, u16 head) const {
    DescriptorChain chain{.head = head, .readable = {}, .writable = {}};
    u16 at = head;
    for (u32 links = 0;; ++links) {
        if (at >= size) {
            return error(
                fmt::format("descriptor {} is asked for: 0 to {}, those of the virtqueue, "
                            "are expected",
                            at, size - 1));
        }
        if (links == size) {
            return error(
                fmt::format("the chain of descriptors from {} on comes back to itself: an "
                            "end after at most {} is expected",
                            head, size));
        }
        const auto [address, length, flags, next] =
            load<Descriptor>(memory, descriptors + sizeof(Descriptor) * at);
        if ((flags & is_indirect) != 0) {
            return error(
                fmt::format("descriptor {} is indirect: one that the device has offered to "
                            "understand is expected",
                            at));
        }
        if (length == 0) {
            return error(fmt::format("descriptor {} is 0 bytes at {:#x}: a buffer is expected", at,
                                     address));
        }
        if (!memory.contains({address}, length)) {
            return error(fmt::format("descriptor {} is {} bytes at {:#x}: RAM is expected", at,
                                     length, address));
        }
        if ((flags & is_writable) != 0) {
            chain.writable.push_back({{address}, length});
        } else if (chain.writable.empty()) {
            chain.readable.push_back({{address}, length});
        } else {
            return error(
                fmt::format("descriptor {} is for the device to read, behind one to write: "
                            "those to read are expected first",
                            at));
        }
        if ((flags & has_next) == 0) {
            return chain;
        }
        at = next;
    }
}

void Virtqueue::give_back(HartId by, DeviceMemory& memory, u16 head, u32 written) {
    store(by, memory, used + ring_entries + sizeof(UsedEntry) * (next_used % size),
          UsedEntry{head, written});
    ++next_used;
    store(by, memory, used + ring_index, next_used);
}

bool Virtqueue::wants_interrupts(const DeviceMemory& memory) const {
    // seq_cst: either the driver, who has just asked for interrupts, sees what was given back, or
    // it is seen here that it asked
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return (load<u16>(memory, available) & no_interrupt) == 0;
}

}  // namespace stampede
