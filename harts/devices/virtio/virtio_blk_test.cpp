// Requests to the disk: virtio 1.2, 5.2.6.
#include "harts/devices/virtio/virtio_blk.h"

#include <gmock/gmock.h>

#include "harts/devices/virtio/virtio_driver.h"

namespace stampede {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Driver = VirtioDriver;

class VirtioBlkTest : public testing::Test {
protected:
    void start(DiskConfig::Access access) {
        board = std::make_unique<TestBoard>(
            1, std::span<const DeviceLine>(),
            VirtioConfig{VirtioVersion::Modern,
                         {{.image = numbered_image(4096), .access = access}}});
        driver.emplace(board->bus, board->memory, VirtioVersion::Modern);
        driver->start();
    }
    VirtioBlkTest() { start(DiskConfig::Access::ReadWrite); }
    u8 byte(u64 n) const { return driver->load<u8>(Driver::data + n); }

    std::unique_ptr<TestBoard> board;
    std::optional<VirtioDriver> driver;
};

TEST_F(VirtioBlkTest, reads_sectors) {
    EXPECT_EQ(driver->read(6, 1024), Driver::ok);
    EXPECT_EQ(byte(0), 0x86);
    EXPECT_EQ(byte(1), 1);
    EXPECT_EQ(byte(512), 0x87);
    EXPECT_EQ(byte(1023), 0xff);
    EXPECT_EQ(byte(1024), 0);
    EXPECT_EQ(driver->used(), 1u);
    EXPECT_EQ(driver->used_entry(0), (std::pair{0u, 1025u}));  // data and status were written
}

TEST_F(VirtioBlkTest, writes_sectors_that_are_read_again) {
    for (u64 n = 0; n < 1024; n += 8) {
        driver->store(Driver::data + n, 0x0101'0101'0101'0101 * (n / 8));
    }
    EXPECT_EQ(driver->write_to(3, 1024), Driver::ok);
    EXPECT_EQ(driver->used_entry(0), (std::pair{0u, 1u}));
    EXPECT_EQ(driver->read(2, 1536), Driver::ok);
    EXPECT_EQ(byte(0), 0x82);
    EXPECT_EQ(byte(512), 0);
    EXPECT_EQ(byte(512 + 1023), 127);
    EXPECT_EQ(driver->read(5, 512), Driver::ok);
    EXPECT_EQ(byte(0), 0x85);
}

TEST_F(VirtioBlkTest, takes_requests_in_buffers_of_any_size) {
    driver->store(Driver::header, std::array<u64, 2>{Driver::in, 1});
    driver->request({{Driver::header, 5, Driver::next, 1},
                     {Driver::header + 5, 11, Driver::next, 2},
                     {Driver::data + 7, 300, Driver::next | Driver::write, 3},
                     {Driver::data + 4096, 213, Driver::write, 0}});
    driver->notify();
    EXPECT_THAT(board->misuses, IsEmpty());
    EXPECT_EQ(byte(7), 0x81);
    EXPECT_EQ(byte(4096), static_cast<u8>(300));
    EXPECT_EQ(byte(4096 + 211), static_cast<u8>(511));
    EXPECT_EQ(byte(4096 + 212), Driver::ok);  // the last byte is the status
}

TEST_F(VirtioBlkTest, flushes_and_tells_its_name) {
    EXPECT_EQ(driver->ask(Driver::flush, 0, 0, 0), Driver::ok);
    EXPECT_EQ(driver->ask(Driver::get_id, 0, 20, Driver::write), Driver::ok);
    EXPECT_EQ(driver->load<u64>(Driver::data), 0x306b'7369'64u);  // disk0
    EXPECT_THAT(board->misuses, IsEmpty());
}

TEST_F(VirtioBlkTest, what_it_cannot_is_unsupported) {
    for (const u32 type : {2u, 3u, 11u, 13u, 0x8000'0000u}) {
        EXPECT_EQ(driver->ask(type, 0, 512, Driver::write), Driver::unsupported);
    }
    EXPECT_THAT(board->misuses, IsEmpty());
    EXPECT_FALSE(driver->needs_reset());
}

TEST_F(VirtioBlkTest, a_disk_to_read_only_says_so_and_refuses_to_be_written) {
    start(DiskConfig::Access::ReadOnly);
    EXPECT_EQ(driver->get(0x10), 1u << 5 | 1u << 9);
    EXPECT_EQ(driver->write_to(3, 512), Driver::io_error);
    EXPECT_EQ(driver->read(3, 512), Driver::ok);
    EXPECT_EQ(byte(0), 0x83);
    EXPECT_THAT(board->misuses, IsEmpty());
}

TEST_F(VirtioBlkTest, sectors_behind_the_end_are_errors_that_are_told) {
    EXPECT_EQ(driver->read(7, 512), Driver::ok);
    EXPECT_EQ(driver->read(7, 1024), Driver::io_error);
    EXPECT_EQ(driver->write_to(8, 512), Driver::io_error);
    EXPECT_EQ(driver->read(~u64{0}, 1024), Driver::io_error);
    EXPECT_THAT(
        board->misuses,
        ElementsAre("a request is to read 2 sectors from 7 on: some of the disk's 8 are expected",
                    "a request is to write 1 sectors from 8 on: some of the disk's 8 are expected",
                    "a request is to read 2 sectors from 18446744073709551615 on: some of the "
                    "disk's 8 are expected"));
    EXPECT_EQ(board->board.disks.at(0)->changed_sectors(), 0u);
    EXPECT_FALSE(driver->needs_reset());
    EXPECT_EQ(driver->read(0, 512), Driver::ok);
}

TEST_F(VirtioBlkTest, data_that_go_the_wrong_way_or_are_no_sectors_are_errors_that_are_told) {
    EXPECT_EQ(driver->read(0, 1000), Driver::io_error);
    EXPECT_EQ(driver->ask(Driver::in, 0, 512, 0), Driver::io_error);
    EXPECT_EQ(driver->ask(Driver::out, 0, 512, Driver::write), Driver::io_error);
    EXPECT_EQ(driver->write_to(0, 0), Driver::io_error);
    EXPECT_THAT(board->misuses,
                ElementsAre("a request to read has 1000 bytes of data that go this way and 0 that "
                            "go the other: sectors of 512 and 0 are expected",
                            "a request to read has 0 bytes of data that go this way and 512 that "
                            "go the other: sectors of 512 and 0 are expected",
                            "a request to write has 0 bytes of data that go this way and 512 that "
                            "go the other: sectors of 512 and 0 are expected",
                            "a request to write has 0 bytes of data that go this way and 0 that "
                            "go the other: sectors of 512 and 0 are expected"));
    EXPECT_FALSE(driver->needs_reset());
}

TEST_F(VirtioBlkTest, data_go_one_way) {
    for (const u32 type : {Driver::in, Driver::out}) {
        driver->store(Driver::header, std::array<u64, 2>{type, 1});
        driver->request({{Driver::header, 16, Driver::next, 1},
                         {Driver::data, 512, Driver::next, 2},
                         {Driver::data + 512, 512, Driver::next | Driver::write, 3},
                         {Driver::status, 1, Driver::write, 0}});
        driver->notify();
        EXPECT_EQ(driver->load<u8>(Driver::status), Driver::io_error);
    }
    EXPECT_EQ(board->misuses.size(), 2u);
}

TEST_F(VirtioBlkTest, a_request_without_a_header_or_a_status_cannot_be_answered) {
    driver->request({{Driver::header, 15, Driver::next, 1}, {Driver::status, 1, Driver::write, 0}});
    driver->notify();
    EXPECT_TRUE(driver->needs_reset());
    driver->start();
    driver->request({{Driver::header, 16, 0, 0}});
    driver->notify();
    EXPECT_TRUE(driver->needs_reset());
    EXPECT_THAT(board->misuses,
                ElementsAre("a request has 15 bytes for the disk to read: the 16 of its header at "
                            "least are expected",
                            "a request has no byte for the disk to write: the one of its status at "
                            "least is expected"));
}

}  // namespace
}  // namespace stampede
