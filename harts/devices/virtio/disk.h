// A disk's contents: an image that never changes, and the sectors that differ from it. So an
// image's file is never touched, machines share its bytes, and a snapshot keeps what has changed
// alone.
#pragma once
#include <array>
#include <map>
#include <span>

#include "harts/base/types.h"
#include "harts/devices/device_state.h"
#include "harts/image/file_bytes.h"

namespace stampede {

// Callers take turns.
class Disk {
public:
    static constexpr u64 sector_size = 512;  // bytes

    // An image that ends within a sector is filled up with zeros.
    explicit Disk(FileBytes image) : image_(std::move(image)) {}

    [[nodiscard]] u64 sectors() const {
        return (image_.span().size() + sector_size - 1) / sector_size;
    }
    // How many differ from the image.
    [[nodiscard]] u64 changed_sectors() const { return changed_.size(); }

    // Whole sectors from `sector` on, all of which there are.
    void read(u64 sector, std::span<u8> bytes) const;
    void write(u64 sector, std::span<const u8> bytes);

    // What differs from the image. Disks with the same contents write the same.
    void save(StateWriter& to) const;
    void restore(StateReader& from);

private:
    using Sector = std::array<u8, sector_size>;
    [[nodiscard]] Sector of_image(u64 sector) const;

    FileBytes image_;
    std::map<u64, Sector> changed_;  // invariant: none is as the image has it
};

}  // namespace stampede
