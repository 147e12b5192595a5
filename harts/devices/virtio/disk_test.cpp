#include "harts/devices/virtio/disk.h"

#include <gtest/gtest.h>

#include <array>

namespace stampede {
namespace {

using Sector = std::array<u8, Disk::sector_size>;

FileBytes image_of(u64 bytes) {
    return FileBytes::copy_of(std::vector<std::byte>(bytes, std::byte{7}));
}

Sector filled_with(u8 byte) {
    Sector sector;
    sector.fill(byte);
    return sector;
}

Sector read(const Disk& disk, u64 sector) {
    Sector bytes{};
    disk.read(sector, bytes);
    return bytes;
}

std::vector<u8> state(const Disk& disk) {
    StateWriter to;
    disk.save(to);
    return to.bytes();
}

TEST(DiskTest, what_was_written_is_read_and_the_image_stays) {
    const FileBytes image = image_of(2048);
    Disk one(image), other(image);
    std::vector<u8> two_sectors(1024, 9);
    two_sectors[512] = 10;
    one.write(1, two_sectors);
    EXPECT_EQ(read(one, 0), filled_with(7));
    EXPECT_EQ(read(one, 1), filled_with(9));
    EXPECT_EQ(read(one, 2)[0], 10);
    EXPECT_EQ(read(one, 3), filled_with(7));
    EXPECT_EQ(one.changed_sectors(), 2u);
    EXPECT_EQ(read(other, 1), filled_with(7));
    EXPECT_EQ(image.span()[512], std::byte{7});
}

TEST(DiskTest, an_image_that_ends_within_a_sector_is_filled_up) {
    Disk disk(image_of(513));
    EXPECT_EQ(disk.sectors(), 2u);
    EXPECT_EQ(read(disk, 1)[0], 7);
    EXPECT_EQ(read(disk, 1)[1], 0);
    EXPECT_EQ(Disk(image_of(0)).sectors(), 0u);
}

TEST(DiskTest, its_state_is_what_differs_from_the_image) {
    Disk disk(image_of(u64{1} << 20));
    const std::vector<u8> clean = state(disk);
    EXPECT_LT(clean.size(), 64u);
    disk.write(5, filled_with(1));
    disk.write(3, filled_with(2));
    EXPECT_LT(state(disk).size(), 2048u);
    disk.write(5, filled_with(7));
    disk.write(3, filled_with(7));
    EXPECT_EQ(state(disk), clean);
}

TEST(DiskTest, equal_contents_are_equal_states_whatever_came_first) {
    Disk one(image_of(4096)), other(image_of(4096));
    one.write(5, filled_with(1));
    one.write(3, filled_with(2));
    other.write(3, filled_with(2));
    EXPECT_NE(state(one), state(other));
    other.write(5, filled_with(1));
    EXPECT_EQ(state(one), state(other));
}

TEST(DiskTest, comes_back) {
    Disk disk(image_of(4096));
    disk.write(5, filled_with(1));
    const std::vector<u8> saved = state(disk);
    disk.write(5, filled_with(3));
    disk.write(6, filled_with(3));
    StateReader from(saved);
    disk.restore(from);
    EXPECT_TRUE(from.at_end());
    EXPECT_EQ(state(disk), saved);
    EXPECT_EQ(read(disk, 5), filled_with(1));
    EXPECT_EQ(read(disk, 6), filled_with(7));
}

}  // namespace
}  // namespace stampede
