#include "harts/devices/bus.h"

#include <algorithm>
#include <cassert>

namespace stampede {

void Bus::map(AddressRange range, Device& device, u32 interrupt) {
    for ([[maybe_unused]] const Mapping& other : mappings_) {
        assert(range.base.value + range.size <= other.range.base.value ||
               other.range.base.value + other.range.size <= range.base.value);
    }
    mappings_.push_back({range, &device, interrupt});
}

const Bus::Mapping* Bus::find(PhysAddr address, u64 size) const {
    for (const Mapping& mapping : mappings_) {
        const u64 offset = address.value - mapping.range.base.value;
        if (offset < mapping.range.size && size <= mapping.range.size - offset) {
            return &mapping;
        }
    }
    return nullptr;
}

const Device* Bus::device_at(PhysAddr address) const {
    const Mapping* mapping = find(address, 1);
    return mapping != nullptr ? mapping->device : nullptr;
}

std::optional<u64> Bus::load(HartId from, PhysAddr address, unsigned size) {
    if ((address.value & (size - 1)) != 0) [[unlikely]] {
        return load_misaligned(from, address, size);
    }
    const Mapping* mapping = find(address, size);
    if (mapping == nullptr) {
        return std::nullopt;
    }
    return mapping->device->load(from, address.value - mapping->range.base.value, size);
}

bool Bus::store(HartId from, PhysAddr address, unsigned size, u64 value) {
    if ((address.value & (size - 1)) != 0) [[unlikely]] {
        return store_bytes(from, address, size, value);
    }
    const Mapping* mapping = find(address, size);
    return mapping != nullptr &&
           mapping->device->store(from, address.value - mapping->range.base.value, size, value);
}

std::optional<u64> Bus::load_misaligned(HartId from, PhysAddr address, unsigned size) {
    const PhysAddr low{address.value & ~u64{size - 1}};
    const std::optional<u64> first = load(from, low, size);
    const std::optional<u64> second = first ? load(from, low + size, size) : std::nullopt;
    if (!second) {
        return std::nullopt;
    }
    // 8 to 56: size is at least 2
    const unsigned shift = 8 * static_cast<unsigned>(address.value - low.value);
    const u64 merged = (*first >> shift) | (*second << (8 * size - shift));
    return size == 8 ? merged : merged & ((u64{1} << (8 * size)) - 1);
}

bool Bus::store_bytes(HartId from, PhysAddr address, unsigned size, u64 value) {
    for (unsigned i = 0; i < size; ++i) {
        if (!store(from, address + i, 1, (value >> (8 * i)) & 0xff)) {
            return false;
        }
    }
    return true;
}

Bus::SavedDevices Bus::save() const {
    SavedDevices saved;
    for (const Mapping& mapping : mappings_) {
        StateWriter state;
        mapping.device->save(state);
        saved.push_back(state.bytes());
    }
    return saved;
}

void Bus::restore(const SavedDevices& saved) {
    assert(saved.size() == mappings_.size());
    for (std::size_t n = 0; n < saved.size(); ++n) {
        now_.clear();
        mappings_[n].device->save(now_);
        if (!std::ranges::equal(now_.bytes(), saved[n])) {
            StateReader state(saved[n]);
            mappings_[n].device->restore(state);
            assert(state.at_end());
        }
    }
    deadline_changed();
}

u64 Bus::hash(u64 seed) const {
    StateWriter state;
    for (const Mapping& mapping : mappings_) {
        state.clear();
        mapping.device->save(state);
        seed = mix_hash(seed, state.bytes());
    }
    return seed;
}

void Bus::deadline_changed() {
    const FutexGuard guard(deadline_lock_);
    u64 earliest = Device::never;
    for (const Mapping& mapping : mappings_) {
        earliest = std::min(earliest, mapping.device->deadline());
    }
    deadline_.store(earliest, std::memory_order_release);
}

void Bus::tick(HartId by, u64 now) {
    for (const Mapping& mapping : mappings_) {
        if (mapping.device->deadline() <= now) {
            mapping.device->tick(by, now);
        }
    }
    deadline_changed();
}

}  // namespace stampede
