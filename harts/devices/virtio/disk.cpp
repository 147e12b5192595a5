#include "harts/devices/virtio/disk.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace stampede {

Disk::Sector Disk::of_image(u64 sector) const {
    Sector bytes{};
    const std::span<const std::byte> from = image_.span().subspan(sector * sector_size);
    std::memcpy(bytes.data(), from.data(), std::min<std::size_t>(from.size(), sector_size));
    return bytes;
}

void Disk::read(u64 sector, std::span<u8> bytes) const {
    assert(bytes.size() % sector_size == 0 && sector + bytes.size() / sector_size <= sectors());
    for (; !bytes.empty(); bytes = bytes.subspan(sector_size)) {
        const auto changed = changed_.find(sector);
        const Sector from = changed != changed_.end() ? changed->second : of_image(sector);
        std::ranges::copy(from, bytes.begin());
        ++sector;
    }
}

void Disk::write(u64 sector, std::span<const u8> bytes) {
    assert(bytes.size() % sector_size == 0 && sector + bytes.size() / sector_size <= sectors());
    for (; !bytes.empty(); bytes = bytes.subspan(sector_size)) {
        Sector to;
        std::ranges::copy(bytes.first(sector_size), to.begin());
        if (to == of_image(sector)) {
            changed_.erase(sector);
        } else {
            changed_[sector] = to;
        }
        ++sector;
    }
}

void Disk::save(StateWriter& to) const {
    to.put(u64{changed_.size()});
    for (const auto& [sector, bytes] : changed_) {
        to.put(sector);
        to.put(bytes);
    }
}

void Disk::restore(StateReader& from) {
    changed_.clear();
    for (u64 left = from.take<u64>(); left != 0; --left) {
        const u64 sector = from.take<u64>();
        changed_.emplace_hint(changed_.end(), sector, from.take<Sector>());
    }
}

}  // namespace stampede
