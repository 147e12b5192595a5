// What a driver may get wrong in its queue (virtio 1.2, 2.6 and 2.7): each is said in one sentence,
// and nothing else happens.
#include "harts/devices/virtio/virtqueue.h"

#include <gmock/gmock.h>

#include "harts/devices/virtio/virtio_driver.h"

namespace stampede {
namespace {

using testing::ElementsAre;
using Driver = VirtioDriver;

class VirtqueueTest : public testing::TestWithParam<VirtioVersion> {
protected:
    // What is said of the driver; it was not served then.
    std::string misuse() {
        driver.notify();
        EXPECT_EQ(board.misuses.size(), 1u);
        EXPECT_TRUE(driver.needs_reset());
        EXPECT_EQ(board.board.disks.at(0)->changed_sectors(), 0u);
        return board.misuses.empty() ? "" : board.misuses.front();
    }
    std::string misuse_of(const std::vector<Driver::Descriptor>& chain) {
        driver.start();
        driver.request(chain);
        const std::string said = misuse();
        EXPECT_EQ(driver.used(), 0u);
        return said;
    }

    TestBoard board{1, {}, {GetParam(), {{.image = numbered_image(4096)}}}};
    VirtioDriver driver{board.bus, board.memory, GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Versions, VirtqueueTest,
                         testing::Values(VirtioVersion::Legacy, VirtioVersion::Modern),
                         [](const auto& info) {
                             return info.param == VirtioVersion::Legacy ? "legacy" : "modern";
                         });

// Its areas lie one behind the other; each lies by itself.
class LegacyVirtqueueTest : public VirtqueueTest {};
class ModernVirtqueueTest : public VirtqueueTest {};
INSTANTIATE_TEST_SUITE_P(Version, LegacyVirtqueueTest, testing::Values(VirtioVersion::Legacy));
INSTANTIATE_TEST_SUITE_P(Version, ModernVirtqueueTest, testing::Values(VirtioVersion::Modern));

constexpr u64 end_of_ram = TestMemory::base + TestMemory::size;

TEST_P(VirtqueueTest, its_indices_wrap_at_65536) {
    driver.start(4);
    driver.prepare(Driver::in, 0, 512, Driver::write);
    driver.notify();
    for (u32 n = 1; n < 0x1'0003; ++n) {
        driver.make_available(0);
        if (n % 4 == 0) {
            driver.notify();
        }
    }
    EXPECT_EQ(driver.used(), 1u);
    EXPECT_EQ(driver.used_entry(0), (std::pair{0u, 513u}));
    EXPECT_THAT(board.misuses, testing::IsEmpty());
}

TEST_P(VirtqueueTest, has_a_power_of_two_of_entries) {
    for (const u32 entries : {0u, 3u, 6u, 2048u, 0xffff'ffffu}) {
        board.misuses.clear();
        driver.start(8);
        driver.set(0x38, entries);
        EXPECT_EQ(misuse(), "the virtqueue has " + std::to_string(entries) +
                                " entries: a power of two up to 1024 is expected");
    }
}

TEST_P(VirtqueueTest, lies_in_ram) {
    driver.start(8, {end_of_ram - 0x1000, end_of_ram - 0x800, end_of_ram - 0x400});
    driver.set(0x38, 512);
    EXPECT_EQ(misuse(),
              "the descriptor table of the virtqueue is 8192 bytes at 0x8000f000: RAM is expected");
}

TEST_P(ModernVirtqueueTest, each_of_its_areas_lies_in_ram_and_is_aligned) {
    const auto said = [&](const Driver::Places& places) {
        board.misuses.clear();
        driver.start(8, places);
        return misuse();
    };
    constexpr u64 at = Driver::queue;
    EXPECT_EQ(
        said({at + 8, at + 0x200, at + 0x300}),
        "the descriptor table of the virtqueue is at 0x80000008: a multiple of 16 is expected");
    EXPECT_EQ(said({at, at + 0x201, at + 0x300}),
              "the available ring of the virtqueue is at 0x80000201: a multiple of 2 is expected");
    EXPECT_EQ(said({at, at + 0x200, at + 0x302}),
              "the used ring of the virtqueue is at 0x80000302: a multiple of 4 is expected");
    EXPECT_EQ(said({0x1000, at + 0x200, at + 0x300}),
              "the descriptor table of the virtqueue is 128 bytes at 0x1000: RAM is expected");
    EXPECT_EQ(said({at, end_of_ram - 20, at + 0x300}),
              "the available ring of the virtqueue is 22 bytes at 0x8000ffec: RAM is expected");
    EXPECT_EQ(said({at, at + 0x200, 0xffff'ffff'ffff'fff0}),
              "the used ring of the virtqueue is 70 bytes at 0xfffffffffffffff0: RAM is expected");
}

TEST_P(LegacyVirtqueueTest, is_aligned_by_a_power_of_two) {
    for (const u32 align : {0u, 24u}) {
        board.misuses.clear();
        driver.start();
        driver.set(0x3c, align);
        EXPECT_EQ(misuse(), "the virtqueue is aligned to " + std::to_string(align) +
                                " bytes: a power of two is expected");
    }
    board.misuses.clear();
    driver.start();
    driver.set(0x28, 0);
    EXPECT_EQ(misuse(),
              "the descriptor table of the virtqueue is 128 bytes at 0x0: RAM is expected");
}

TEST_P(VirtqueueTest, no_more_is_available_than_it_has_entries) {
    driver.start();
    driver.store(driver.places.available + 2, u16{9});
    EXPECT_EQ(misuse(),
              "the available ring's index is 9 behind 0 entries taken: at most 8 more, as many as "
              "the virtqueue has, are expected");
    board.misuses.clear();
    driver.start();
    driver.store(driver.places.available + 2, u16{0xffff});
    EXPECT_THAT(misuse(), testing::HasSubstr("index is 65535 behind 0"));
}

TEST_P(VirtqueueTest, descriptors_are_the_queues) {
    driver.start();
    driver.make_available(8);
    EXPECT_EQ(misuse(), "descriptor 8 is asked for: 0 to 7, those of the virtqueue, are expected");
    board.misuses.clear();
    EXPECT_EQ(misuse_of({{Driver::header, 16, Driver::next, 0xffff}}),
              "descriptor 65535 is asked for: 0 to 7, those of the virtqueue, are expected");
}

TEST_P(VirtqueueTest, chains_end) {
    EXPECT_EQ(
        misuse_of({{Driver::header, 16, Driver::next, 1}, {Driver::data, 1, Driver::next, 0}}),
        "the chain of descriptors from 0 on comes back to itself: an end after at most 8 is "
        "expected");
    board.misuses.clear();
    EXPECT_THAT(misuse_of({{Driver::header, 16, Driver::next, 0}}),
                testing::HasSubstr("comes back to itself"));
}

TEST_P(VirtqueueTest, a_chain_may_be_as_long_as_the_queue) {
    driver.start(4);
    driver.store(Driver::header, std::array<u64, 2>{Driver::in, 2});
    driver.request({{Driver::header, 16, Driver::next, 1},
                    {Driver::data, 100, Driver::next | Driver::write, 2},
                    {Driver::data + 100, 412, Driver::next | Driver::write, 3},
                    {Driver::status, 1, Driver::write, 0}});
    driver.notify();
    EXPECT_THAT(board.misuses, testing::IsEmpty());
    EXPECT_EQ(driver.used_entry(0), (std::pair{0u, 513u}));
}

TEST_P(VirtqueueTest, buffers_are_ram) {
    const auto said = [&](u64 address, u32 length) {
        board.misuses.clear();
        return misuse_of({{Driver::header, 16, Driver::next, 1},
                          {address, length, Driver::next | Driver::write, 2},
                          {Driver::status, 1, Driver::write, 0}});
    };
    EXPECT_EQ(said(0x1000'0000, 512), "descriptor 1 is 512 bytes at 0x10000000: RAM is expected");
    EXPECT_EQ(said(end_of_ram - 511, 512),
              "descriptor 1 is 512 bytes at 0x8000fe01: RAM is expected");
    EXPECT_EQ(said(Driver::data, 0xffff'fe00),
              "descriptor 1 is 4294966784 bytes at 0x80004000: RAM is expected");
    EXPECT_EQ(said(0xffff'ffff'ffff'ff00, 512),
              "descriptor 1 is 512 bytes at 0xffffffffffffff00: RAM is expected");
    EXPECT_EQ(said(Driver::data, 0), "descriptor 1 is 0 bytes at 0x80004000: a buffer is expected");
}

TEST_P(VirtqueueTest, what_the_device_reads_comes_before_what_it_writes) {
    EXPECT_EQ(misuse_of({{Driver::status, 1, Driver::next | Driver::write, 1},
                         {Driver::header, 16, 0, 0}}),
              "descriptor 1 is for the device to read, behind one to write: those to read are "
              "expected first");
}

TEST_P(VirtqueueTest, no_descriptor_is_indirect) {
    EXPECT_EQ(
        misuse_of({{Driver::header, 16, Driver::indirect, 0}}),
        "descriptor 0 is indirect: one that the device has offered to understand is expected");
}

TEST_P(VirtqueueTest, what_came_before_the_mistake_is_served) {
    driver.start();
    driver.prepare(Driver::in, 1, 512, Driver::write);
    driver.make_available(8);
    EXPECT_THAT(misuse(), testing::HasSubstr("descriptor 8"));
    EXPECT_EQ(driver.used(), 1u);
    EXPECT_EQ(driver.get(0x60), 3u);  // used buffers, and a change of configuration
}

}  // namespace
}  // namespace stampede
